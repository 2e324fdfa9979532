"""A plan's document that uses every kind of column and every standing part, over the golden story."""

from __future__ import annotations

from postflight.model import MilestoneTest, Section, Table, TableRow, TreeNode
from postflight.target import Target


def leaf(title: str, kpi: str, target: str = "") -> TreeNode:
    return TreeNode(title, kpis=(MilestoneTest(kpi, Target.parse(target) if target else None),))


TREE = TreeNode(
    "Deployment Success",
    (
        TreeNode("Technical Metrics", (leaf("Response Time: <200ms", "api_p95"), leaf("Error Rate: <0.1%", "error_rate"), leaf("Uptime: 99.9%", "uptime"))),
        TreeNode("Security Metrics", (leaf("Zero Breaches", "security_incidents"), leaf("100% PII Encrypted", "pii_encrypted"))),
        TreeNode("User Experience Metrics", (leaf("Mobile Usage: +35%", "mobile_share", ">= 35 %"), leaf("Task Success: >90%", "task_completion", "> 90 %"))),
        TreeNode("Business Metrics", (leaf("User Growth: Stable", "user_growth"), leaf("Support Tickets: -30%", "support_tickets"))),
    ),
)  # fmt: skip

DOCUMENT = (
    Section("📈 HomeVerse Deployment Success Metrics & KPIs", 1, "**Version:** 1.0\n**Review Frequency:** Daily (Week 1), Weekly (Month 1)"),
    Section("🎯 Success Criteria Overview", show="tree"),
    Section("🔐 Security Success Metrics"),
    Section(
        "Immediate (24 Hours)", 3,
        table=Table(
            {"Metric": "title", "Target": "target", "Measurement": "measurement", "Alert Threshold": "alert", "Block": "block", "Source": "cell"},
            (
                TableRow("Security Incidents", "security_incidents", {"Target": "0", "Measurement": "Count of breaches/attempts", "Alert Threshold": "Any incident", "Source": "incident log"}),
                TableRow("PII Encryption Coverage", "pii_encrypted", {"Target": "100%", "Alert Threshold": "<100%"}),
                TableRow("Authentication Failures", "auth_failures", {"Target": "<5%"}),
            ),
        ),
    ),
    Section("Weekly Tracking", 3, show="scorecard", kpis=("pii_encrypted", "auth_failures", "security_incidents")),
    Section("Daily Report", 3, show="threat"),
    Section("🚀 Performance Success Metrics"),
    Section(
        "Real-Time Monitoring", 3,
        table=Table(
            {"Metric": "title", "Target": "target", "Current": "value", "Status": "status"},
            (
                TableRow("API Response Time (p95)", "api_p95", {"Target": "<200ms", "Current": "-"}),
                TableRow("CDN Hit Rate", "cdn_hit_rate", {"Target": ">95%", "Current": "-"}),
            ),
        ),
    ),
    Section("👥 User Experience Success Metrics", text="What people feel, `n` beside it."),
    Section(
        "Mobile Usage Metrics", 3,
        table=Table(
            {"Metric": "title", "Baseline": "baseline", "Week 1 Target": "expect:1w", "Month 1 Target": "expect:1mo", "Current": "value", "Change": "change"},
            (
                TableRow("Mobile Sessions", "mobile_share", {"Baseline": "30%", "Week 1 Target": "35%"}),
                TableRow("Horizontal Scroll", "horizontal_scroll", {"Baseline": "Yes"}),
            ),
        ),
    ),
    Section(
        "User Growth & Retention", 3,
        table=Table(
            {"Metric": "title", "Pre-Deploy": "baseline", "Week 1": "at:1w", "Month 1": "at:1mo", "Target": "target", "n": "n", "Who": "owner"},
            (
                TableRow("Daily Active Users", "user_growth", {"Target": "1,100"}),
                TableRow("Mobile Sessions", "mobile_share"),
            ),
        ),
    ),
    Section("Revenue and support", 3, show="breakdown", kpis=("revenue_impact", "support_tickets", "feature_adoption")),
    Section("📊 Composite Success Score", show="score"),
    Section("What now", show="actions"),
    Section("🎯 Success Milestones", show="milestones"),
    Section("24 Hours Post-Deployment", 3, text="Once more, alone:", show="milestones"),
)  # fmt: skip
