#!/bin/sh
# Installs the servers that the live tests start. Only as root on Debian, and only what is missing; elsewhere those tests skip, and say so.
[ "${POSTFLIGHT_NO_INSTALL:-}" = 1 ] && exit 0
[ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1 || exit 0
missing=
while read -r package; do
    dpkg -s "$package" >/dev/null 2>&1 || missing="$missing $package"
done <packages.txt
[ -z "$missing" ] && exit 0
echo "Installing for the live tests:$missing"
# The packages must not start servers of their own: the tests start theirs on loopback.
policy=/usr/sbin/policy-rc.d
[ -e "$policy" ] || { printf '#!/bin/sh\nexit 101\n' >"$policy" && chmod +x "$policy" && made=1; }
log=$(mktemp)
{ apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing; } >"$log" 2>&1
status=$?
[ "${made:-}" = 1 ] && rm -f "$policy"
[ $status = 0 ] || { cat "$log"; echo "could not install:$missing"; }
rm -f "$log"
exit $status
