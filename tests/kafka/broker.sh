#!/bin/sh
# A real Apache Kafka broker for tests: one KRaft node on random local ports (or KAFKA_PORT), up in a few seconds.
#
#   broker.sh start [DIRECTORY]    prints the bootstrap address (host:port) and leaves the broker running
#   broker.sh stop [DIRECTORY]     ends it and removes its data
#   broker.sh kill [DIRECTORY]     ends it as a crash would, and keeps the data
#   broker.sh restart [DIRECTORY]  starts it again on the same data and ports
#   broker.sh address [DIRECTORY]  prints the address of a running broker
#   broker.sh install              only fetches what is needed
#
# DIRECTORY holds the broker's data, log and process id (default build/kafka-test). Kafka comes from Maven Central and is kept in
# ${DURAND_CACHE:-~/.cache/durand} (or comes ready in DURAND_KAFKA_LIBS). KAFKA_EXTRA may hold further broker properties, one a line, but no
# listeners: of two lines with one name the broker silently takes the last. KAFKA_VERSION may name another version.
# With KAFKA_PROXIED="LISTEN ADVERTISE" the broker listens on the port LISTEN too and sends the clients of that port to ADVERTISE,
# where a test's proxy stands.
# With KAFKA_SECURED=true the broker listens on two more ports, and DIRECTORY holds what a client needs: `secured` (address of
# SASL over TLS: SCRAM-SHA-512, PLAIN, OAUTHBEARER with unsigned tokens), `mtls` (address of TLS that wants a client's
# certificate), ca.pem, client.pem and client.key, and the user "durand" with the password in `password`.
# Exit code 77 when a component is missing and CI is not "true": the caller skips, loudly.
set -eu

KAFKA_VERSION=${KAFKA_VERSION:-4.1.0}
libs=${DURAND_KAFKA_LIBS:-${DURAND_CACHE:-${HOME:-/tmp}/.cache/durand}/kafka-$KAFKA_VERSION}
root=$(cd "$(dirname "$0")/../.." && pwd)
# A small heap and the first compiler tier: the broker must be up soon, not fast for long.
java="java -Xmx512m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xshare:auto -Dorg.slf4j.simpleLogger.defaultLogLevel=warn"
command=${1:-}
directory=${2:-$root/build/kafka-test}

missing() {
        echo "broker.sh: $1" >&2
        [ "${CI:-}" = true ] && exit 1
        echo "broker.sh: SKIPPED, no real Kafka was tested" >&2
        exit 77
}

# The same place and layout as `./dev kafka` uses: the mark `complete` is made when all jars are there.
install() {
        if [ -n "${DURAND_KAFKA_LIBS:-}" ] || [ -e "$libs/complete" ]; then
                return
        fi
        command -v mvn >/dev/null || missing "mvn is not installed (apt-get install maven)"
        echo "broker.sh: fetching Apache Kafka $KAFKA_VERSION (once)" >&2
        work=$libs.$$
        mkdir -p "$work"
        mvn -q -B -f "$root/tests/kafka/pom.xml" -Dkafka.version="$KAFKA_VERSION" dependency:copy-dependencies -DoutputDirectory="$work" >"$work/log" 2>&1 || {
                tail -5 "$work/log" >&2
                rm -rf "$work"
                missing "Apache Kafka could not be fetched from Maven Central"
        }
        touch "$work/complete"
        [ -e "$libs/complete" ] || mv "$work" "$libs"
        rm -rf "$work"
}

# Four free ports, or KAFKA_PORT and the next.
ports() {
        if [ -n "${KAFKA_PORT:-}" ]; then
                echo "$KAFKA_PORT $((KAFKA_PORT + 1)) $((KAFKA_PORT + 2)) $((KAFKA_PORT + 3))"
                return
        fi
        python3 -c 'import socket
s = [socket.socket() for _ in range(4)]
[x.bind(("127.0.0.1", 0)) for x in s]
print(*[x.getsockname()[1] for x in s])'
}

# certificate NAME: NAME.key and NAME.pem for 127.0.0.1, signed by ca.pem.
certificate() {
        openssl req -new -newkey rsa:2048 -nodes -keyout "$directory/$1.key" -out "$directory/$1.csr" -subj "/CN=$1"
        printf 'subjectAltName=IP:127.0.0.1,DNS:localhost\n' >"$directory/$1.ext"
        openssl x509 -req -in "$directory/$1.csr" -CA "$directory/ca.pem" -CAkey "$directory/ca.key" -CAcreateserial -days 3650 \
                -extfile "$directory/$1.ext" -out "$directory/$1.pem"
}

# Certificates, a password, and the properties of the two secured ports $1 and $2, on standard output.
secure() {
        command -v openssl >/dev/null || missing "openssl is not installed (apt-get install openssl)"
        {
                openssl req -x509 -newkey rsa:2048 -nodes -days 3650 -keyout "$directory/ca.key" -out "$directory/ca.pem" \
                        -subj "/CN=tests" &&
                        certificate broker && certificate client
        } >"$directory/openssl.log" 2>&1 || {
                cat "$directory/openssl.log" >&2
                exit 1
        }
        cat "$directory/broker.key" "$directory/broker.pem" >"$directory/broker.keystore.pem"
        password=$(openssl rand -hex 16)
        echo "$password" >"$directory/password"
        echo "127.0.0.1:$1" >"$directory/secured"
        echo "127.0.0.1:$2" >"$directory/mtls"
        module=org.apache.kafka.common.security
        cat <<EOF
ssl.keystore.type=PEM
ssl.keystore.location=$directory/broker.keystore.pem
ssl.truststore.type=PEM
ssl.truststore.location=$directory/ca.pem
listener.name.mtls.ssl.client.auth=required
listener.name.secured.sasl.enabled.mechanisms=SCRAM-SHA-512,PLAIN,OAUTHBEARER
listener.name.secured.scram-sha-512.sasl.jaas.config=$module.scram.ScramLoginModule required;
listener.name.secured.plain.sasl.jaas.config=$module.plain.PlainLoginModule required user_durand="$password";
listener.name.secured.oauthbearer.sasl.jaas.config=$module.oauthbearer.OAuthBearerLoginModule required unsecuredLoginStringClaim_sub="broker";
EOF
}

configure() {
        ports=$(ports) || missing "python3 is not installed"
        # shellcheck disable=SC2086 # four words
        set -- $ports
        broker=$1
        controller=$2
        rm -rf "$directory"
        mkdir -p "$directory"
        case ${KAFKA_EXTRA:-} in
        *listeners=*)
                echo "broker.sh: KAFKA_EXTRA names listeners; KAFKA_PROXIED and KAFKA_SECURED add some" >&2
                exit 2
                ;;
        esac
        listeners="PLAINTEXT://127.0.0.1:$broker"
        advertised=$listeners
        protocols=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
        if [ -n "${KAFKA_PROXIED:-}" ]; then
                listeners="$listeners,PROXIED://127.0.0.1:${KAFKA_PROXIED% *}"
                advertised="$advertised,PROXIED://127.0.0.1:${KAFKA_PROXIED#* }"
                protocols=$protocols,PROXIED:PLAINTEXT
        fi
        secured=
        format=
        if [ "${KAFKA_SECURED:-}" = true ]; then
                secured=$(secure "$3" "$4")
                listeners="$listeners,SECURED://127.0.0.1:$3,MTLS://127.0.0.1:$4"
                advertised="$advertised,SECURED://127.0.0.1:$3,MTLS://127.0.0.1:$4"
                protocols=$protocols,SECURED:SASL_SSL,MTLS:SSL
                format="--add-scram SCRAM-SHA-512=[name=durand,password=$(cat "$directory/password")]"
        fi
        # Events of tests bear times of their story, years ago: with a retention the broker deletes them, unread, minutes later.
        cat >"$directory/server.properties" <<EOF
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:$controller
listeners=$listeners,CONTROLLER://127.0.0.1:$controller
advertised.listeners=$advertised
listener.security.protocol.map=$protocols
inter.broker.listener.name=PLAINTEXT
controller.listener.names=CONTROLLER
log.dirs=$directory/data
log.retention.ms=-1
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=4
group.initial.rebalance.delay.ms=0
auto.create.topics.enable=false
$secured
${KAFKA_EXTRA:-}
EOF
        echo "127.0.0.1:$broker" >"$directory/address"
        # shellcheck disable=SC2086 # an option and its value, or nothing
        $java -cp "$libs/*" kafka.tools.StorageTool format -t 4L6g3nShT-eMCtK--X86sw -c "$directory/server.properties" $format >"$directory/format.log" 2>&1 || {
                cat "$directory/format.log" >&2
                exit 1
        }
}

# Waits for the address to accept connections, or for the process to end.
launch() {
        # shellcheck disable=SC2086 # a command with its options
        nohup $java -cp "$libs/*" kafka.Kafka "$directory/server.properties" >>"$directory/log" 2>&1 </dev/null &
        echo $! >"$directory/pid"
        address=$(cat "$directory/address")
        tries=0
        until python3 -c 'import socket, sys
h, p = sys.argv[1].split(":")
socket.create_connection((h, int(p)), 1).close()' "$address" 2>/dev/null; do
                tries=$((tries + 1))
                if [ $tries -gt 150 ] || ! kill -0 "$(cat "$directory/pid")" 2>/dev/null; then
                        tail -20 "$directory/log" >&2
                        echo "broker.sh: the broker did not start" >&2
                        exit 1
                fi
                sleep 0.2
        done
        echo "$address"
}

end() {
        [ -f "$directory/pid" ] || return 0
        pid=$(cat "$directory/pid")
        kill "-$1" "$pid" 2>/dev/null || true
        tries=0
        while kill -0 "$pid" 2>/dev/null && [ $tries -lt 100 ]; do
                tries=$((tries + 1))
                [ $tries -eq 50 ] && kill -KILL "$pid" 2>/dev/null
                sleep 0.1
        done
        rm -f "$directory/pid"
}

case $command in
install | start | restart)
        command -v java >/dev/null || missing "java is not installed (apt-get install openjdk-17-jre-headless)"
        install
        [ "$command" = install ] && exit 0
        if [ "$command" = start ]; then
                end TERM
                configure
        fi
        launch
        ;;
stop)
        end TERM
        rm -rf "$directory"
        ;;
kill)
        end KILL
        ;;
address)
        cat "$directory/address"
        ;;
*)
        sed -n '2,22p' "$0" | sed 's/^# \{0,1\}//' >&2
        exit 2
        ;;
esac
