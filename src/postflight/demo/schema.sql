-- The product's database as the HomeVerse plan's questions see it. One text for PostgreSQL and SQLite.
-- Instants are UTC; SQLite keeps them as text, YYYY-MM-DD HH:MM:SS.ffffff. Every range the plan asks for has an index.
-- duration_seconds: the product writes it when the thing ends. It is NULL while it runs, and for ever after a crash.

CREATE TABLE users (
  id BIGINT PRIMARY KEY,
  created_at TIMESTAMP WITH TIME ZONE NOT NULL,
  last_active TIMESTAMP WITH TIME ZONE, -- overwritten at each visit: tells nothing about the past, and no question asks it
  closed_at TIMESTAMP WITH TIME ZONE
);
CREATE INDEX users_created_at ON users (created_at, closed_at);

CREATE TABLE sessions (
  id BIGINT PRIMARY KEY,
  user_id BIGINT, -- NULL for a visitor who did not log in
  started_at TIMESTAMP WITH TIME ZONE NOT NULL,
  ended_at TIMESTAMP WITH TIME ZONE,
  duration_seconds NUMERIC,
  device TEXT NOT NULL, -- mobile, tablet or desktop: the class of the device, not the width of its window
  pages INTEGER NOT NULL,
  engaged BOOLEAN NOT NULL, -- did something: a click, a field filled in, half a page scrolled
  converted BOOLEAN NOT NULL, -- handed in an application
  is_bot BOOLEAN NOT NULL
);
CREATE INDEX sessions_started_at ON sessions (started_at, is_bot, user_id, device);
CREATE INDEX sessions_user_id ON sessions (user_id, started_at, is_bot);

CREATE TABLE applicants ( -- every column of personal data has an encrypted twin, and should itself be NULL
  id BIGINT PRIMARY KEY,
  created_at TIMESTAMP WITH TIME ZONE NOT NULL,
  ssn TEXT,
  encrypted_ssn TEXT,
  phone TEXT,
  encrypted_phone TEXT,
  date_of_birth DATE,
  encrypted_date_of_birth TEXT,
  address TEXT,
  encrypted_address TEXT
);

CREATE TABLE household_members (
  id BIGINT PRIMARY KEY,
  applicant_id BIGINT NOT NULL,
  ssn TEXT,
  encrypted_ssn TEXT
);

CREATE TABLE security_events (
  id BIGINT PRIMARY KEY,
  event_type TEXT NOT NULL, -- the seven types are listed in unknown_events.sql
  user_id BIGINT, -- NULL for a name that is nobody's account
  ip_address TEXT, -- IPv6 in full: eight groups of four digits
  created_at TIMESTAMP WITH TIME ZONE NOT NULL
);
CREATE INDEX security_events_type ON security_events (event_type, created_at, user_id, ip_address);
CREATE INDEX security_events_created_at ON security_events (created_at);

CREATE TABLE incidents (
  id BIGINT PRIMARY KEY,
  severity TEXT NOT NULL, -- low, medium, high, critical
  confirmed_at TIMESTAMP WITH TIME ZONE -- NULL while it is only suspected
);
CREATE INDEX incidents_confirmed_at ON incidents (confirmed_at);

CREATE TABLE task_attempts (
  id BIGINT PRIMARY KEY,
  user_id BIGINT NOT NULL,
  task TEXT NOT NULL,
  started_at TIMESTAMP WITH TIME ZONE NOT NULL,
  finished_at TIMESTAMP WITH TIME ZONE,
  duration_seconds NUMERIC,
  outcome TEXT -- completed or abandoned; NULL when it never reported back
);
CREATE INDEX task_attempts_started_at ON task_attempts (started_at, outcome, task);

CREATE TABLE feedback (
  id BIGINT PRIMARY KEY,
  visitor_id TEXT NOT NULL,
  kind TEXT NOT NULL, -- nps (0 to 10) or csat (1 to 5)
  score NUMERIC NOT NULL,
  answered_at TIMESTAMP WITH TIME ZONE NOT NULL
);
CREATE INDEX feedback_answered_at ON feedback (kind, answered_at);

CREATE TABLE features (
  name TEXT PRIMARY KEY
);

CREATE TABLE feature_events (
  id BIGINT PRIMARY KEY,
  user_id BIGINT, -- NULL for a visitor who did not log in
  feature_name TEXT NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE NOT NULL,
  started_at TIMESTAMP WITH TIME ZONE NOT NULL,
  ended_at TIMESTAMP WITH TIME ZONE,
  duration_seconds NUMERIC
);
CREATE INDEX feature_events_name ON feature_events (feature_name, created_at, user_id);

CREATE TABLE subscriptions (
  id BIGINT PRIMARY KEY,
  started_at TIMESTAMP WITH TIME ZONE NOT NULL,
  cancelled_at TIMESTAMP WITH TIME ZONE
);
CREATE INDEX subscriptions_started_at ON subscriptions (started_at, cancelled_at);

CREATE TABLE orders (
  id BIGINT PRIMARY KEY,
  amount NUMERIC(12, 2) NOT NULL,
  currency TEXT NOT NULL, -- ISO 4217
  refunded BOOLEAN NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE NOT NULL
);
CREATE INDEX orders_created_at ON orders (created_at);

CREATE TABLE support_tickets (
  id BIGINT PRIMARY KEY,
  category TEXT, -- free text, often missing
  created_at TIMESTAMP WITH TIME ZONE NOT NULL
);
CREATE INDEX support_tickets_created_at ON support_tickets (created_at, category);
