"""A TCP proxy in front of the broker that speaks just enough of Kafka to fail a produce request in passing.

The first request to each chosen topic is held back until another one of the same connection follows it to the same partition.
Then it is answered with NOT_ENOUGH_REPLICAS, as a broker would that waits for its replicas, and the later one is passed on.
What the client makes of that is the test's question. Protocol: https://kafka.apache.org/protocol (Produce 3 to 8).

With a rate it also takes produce requests so slowly as a broker would whose disk is: reading them is what it delays.
"""

import socket
import struct
import threading
import time

PRODUCE = 0
NOT_ENOUGH_REPLICAS = 19
WAIT_S = 3


def read_exactly(connection, size):
    data = b""
    while len(data) < size:
        part = connection.recv(size - len(data))
        if not part:
            raise OSError("closed")
        data += part
    return data


def read_frame(connection):
    size = read_exactly(connection, 4)
    return size + read_exactly(connection, struct.unpack(">i", size)[0])


class Reader:
    def __init__(self, data):
        self.data, self.at = data, 0

    def number(self, form):
        value = struct.unpack_from(">" + form, self.data, self.at)[0]
        self.at += struct.calcsize(form)
        return value

    def text(self):
        length = self.number("h")
        if length < 0:
            return None
        self.at += length
        return self.data[self.at - length:self.at].decode()


def parse_produce(frame):
    """(correlation id, version, [(topic, partition)]), or None for another request."""
    reader = Reader(frame)
    reader.number("i")
    key, version, correlation = reader.number("h"), reader.number("h"), reader.number("i")
    reader.text()
    if key != PRODUCE or not 3 <= version <= 8:
        return None
    reader.text()
    reader.number("h")
    reader.number("i")
    places = []
    for _ in range(reader.number("i")):
        topic = reader.text()
        for _ in range(reader.number("i")):
            places.append((topic, reader.number("i")))
            reader.at += reader.number("i")
    return correlation, version, places


def refuse(correlation, version, places):
    body = struct.pack(">ii", correlation, len(places))
    for topic, partition in places:
        name = topic.encode()
        body += struct.pack(">h", len(name)) + name + struct.pack(">iihqq", 1, partition, NOT_ENOUGH_REPLICAS, -1, -1)
        if version >= 5:
            body += struct.pack(">q", -1)
        if version >= 8:
            body += struct.pack(">ih", 0, -1)
    body += struct.pack(">i", 0)
    return struct.pack(">i", len(body)) + body


class Proxy:
    def __init__(self, port, target):
        self.target = target
        self.topics = set()  # each is struck once
        self.rate = None  # bytes of produce requests a second
        self.produced = 0
        self.struck = []
        self.lock = threading.Lock()
        self.listener = socket.socket()
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.listener.bind(("127.0.0.1", port))
        self.listener.listen()
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            try:
                broker = socket.create_connection(self.target, 5)
            except OSError:
                client.close()
                continue
            broker.settimeout(None)
            for side in (client, broker):
                side.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            sending = threading.Lock()
            threading.Thread(target=self.answers, args=(broker, client, sending), daemon=True).start()
            threading.Thread(target=self.requests, args=(client, broker, sending), daemon=True).start()

    @staticmethod
    def answers(broker, client, sending):
        try:
            while True:
                frame = read_frame(broker)
                with sending:
                    client.sendall(frame)
        except OSError:
            client.close()

    def wanted(self, produce):
        return len(produce[2]) == 1 and produce[2][0][0] in self.topics

    def requests(self, client, broker, sending):
        held = None
        try:
            while True:
                client.settimeout(WAIT_S if held else None)
                try:
                    frame = read_frame(client)
                except socket.timeout:  # nothing follows: as if nothing had happened
                    broker.sendall(held[0])
                    held = None
                    continue
                produce = parse_produce(frame)
                if produce:
                    self.produced += len(frame)
                    if self.rate:
                        time.sleep(len(frame) / self.rate)
                with self.lock:
                    if held and produce and produce[2] == held[1][2]:
                        with sending:
                            client.sendall(refuse(*held[1]))
                        self.topics.discard(produce[2][0][0])
                        self.struck.append(produce[2][0])
                        held = None
                    elif not held and produce and self.wanted(produce):
                        held = (frame, produce)
                        continue
                broker.sendall(frame)
        except OSError:
            broker.close()
            client.close()

    def close(self):
        self.listener.shutdown(socket.SHUT_RDWR)  # wakes the thread that accepts
        self.listener.close()
