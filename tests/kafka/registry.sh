#!/bin/sh
# A real Schema Registry for tests: Apicurio with its schemas in memory, under Confluent's API.
#
#   registry.sh start DIRECTORY    prints the address, and leaves the registry running
#   registry.sh stop DIRECTORY     ends it
#   registry.sh install            only fetches what is needed
#
# DIRECTORY holds the log and the process id. Apicurio comes from Maven Central and is kept in
# ${DURAND_CACHE:-~/.cache/durand}. Exit code 77 when a component is missing and CI is not "true": the caller skips, loudly.
set -eu

VERSION=2.6.13.Final
home=${DURAND_CACHE:-${HOME:-/tmp}/.cache/durand}/apicurio-$VERSION
command=${1:-}
directory=${2:-}

missing() {
        echo "registry.sh: $1" >&2
        [ "${CI:-}" = true ] && exit 1
        echo "registry.sh: SKIPPED, no real registry was tested" >&2
        exit 77
}

install() {
        [ ! -e "$home/complete" ] || return 0
        command -v java >/dev/null || missing "java is not installed (apt-get install openjdk-17-jre-headless)"
        command -v mvn >/dev/null || missing "mvn is not installed (apt-get install maven)"
        echo "registry.sh: fetching Apicurio $VERSION (once)" >&2
        work=$home.$$
        mkdir -p "$work"
        if ! { mvn -q -B dependency:copy -Dartifact="io.apicurio:apicurio-registry-app:$VERSION:tar.gz:all" \
                -DoutputDirectory="$work" >"$work/log" 2>&1 && tar -xzf "$work"/*.tar.gz -C "$work"; }; then
                tail -5 "$work/log" >&2
                rm -rf "$work"
                missing "Apicurio could not be fetched from Maven Central"
        fi
        rm -f "$work"/*.tar.gz
        touch "$work/complete"
        [ -e "$home/complete" ] || mv "$work" "$home"
        rm -rf "$work"
}

start() {
        [ -n "$directory" ] || { echo "registry.sh: which directory?" >&2; exit 2; }
        install
        mkdir -p "$directory"
        port=$(python3 -c 'import socket
s = socket.socket()
s.bind(("127.0.0.1", 0))
print(s.getsockname()[1])')
        java -Xmx384m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Dquarkus.http.port="$port" -Dquarkus.http.host=127.0.0.1 \
                -jar "$home/apicurio-registry-app-$VERSION-runner.jar" >"$directory/log" 2>&1 </dev/null &
        echo $! >"$directory/pid"
        address=http://127.0.0.1:$port/apis/ccompat/v7
        tries=0
        until python3 -c 'import sys, urllib.request; urllib.request.urlopen(sys.argv[1] + "/subjects", timeout=2)' "$address" 2>/dev/null; do
                tries=$((tries + 1))
                if [ $tries -gt 300 ] || ! kill -0 "$(cat "$directory/pid")" 2>/dev/null; then
                        tail -20 "$directory/log" >&2
                        echo "registry.sh: the registry does not start" >&2
                        exit 1
                fi
                sleep 0.2
        done
        echo "$address"
}

case $command in
start) start ;;
stop) kill "$(cat "$directory/pid")" 2>/dev/null || true ;;
install) install ;;
*)
        sed -n '2,9s/^# \{0,1\}//p' "$0" >&2
        exit 2
        ;;
esac
