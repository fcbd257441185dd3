#!/usr/bin/python3
"""The container files against what they speak of: the packages that the image installs are those whose libraries the program
loads, no more and no fewer; every file that is copied or mounted exists; the configuration is right and holds the sample's
sources; the compose file is one that a compose client takes, where there is one.

    test_files.py --binary build/durand
"""

import argparse
import os
import re
import shutil
import subprocess
import sys

import yaml

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
DOCKER = os.path.join(ROOT, "docker")
# What debian:12-slim has in itself: packages that dpkg or apt could not be without.
IN_THE_BASE = {"libc6", "libgcc-s1", "libstdc++6"}
# Installed for what it holds besides libraries.
NO_LIBRARY = {"ca-certificates"}


def check(condition, text):
    if not condition:
        sys.exit("FAILED: %s" % text)


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def packages(group):
    return [line.split()[1] for line in read(os.path.join(DOCKER, "packages.txt")).splitlines()
            if line.split()[:1] == [group]]


def is_debian_12():
    try:
        release = read("/etc/os-release")
    except OSError:
        return False
    return "\nID=debian" in "\n" + release and 'VERSION_ID="12"' in release and shutil.which("dpkg-query")


def owner(path):
    """The package of a library, which dpkg may know under a path that a link of the file system has moved."""
    real = os.path.realpath(path)
    for name in (path, real, real[len("/usr"):] if real.startswith("/usr/") else "/usr" + real):
        found = subprocess.run(["dpkg-query", "-S", name], capture_output=True, text=True)
        if found.returncode == 0:
            return found.stdout.split(":")[0]
    sys.exit("FAILED: no package has %s" % path)


def the_image_installs_what_the_program_loads(binary):
    """What it names itself; the rest comes with the packages of what it names, which apt knows."""
    dynamic = subprocess.run(["readelf", "-d", binary], capture_output=True, text=True, check=True).stdout
    needed = set(re.findall(r"\(NEEDED\).*\[(.*)\]", dynamic))
    check(len(needed) > 8, "readelf shows %s" % needed)
    loaded = subprocess.run(["ldd", binary], capture_output=True, text=True, check=True).stdout
    check("not found" not in loaded, "ldd: %s" % loaded)
    paths = dict(re.findall(r"^\s+(\S+) => (/\S+)", loaded, re.MULTILINE))
    wanted = {owner(paths[name]) for name in needed if not name.startswith(("ld-linux", "libasan", "libubsan"))} - IN_THE_BASE
    listed = set(packages("run")) - NO_LIBRARY
    check(not wanted - listed, "docker/packages.txt lacks `run` packages of loaded libraries: %s" % sorted(wanted - listed))
    check(not listed - wanted, "docker/packages.txt has `run` packages that nothing loads: %s" % sorted(listed - wanted))


def the_dockerfile_keeps_to_its_rules():
    text = read(os.path.join(DOCKER, "Dockerfile"))
    stages = re.split(r"(?m)^FROM ", text)[1:]
    check(len(stages) == 2 and all(s.startswith("docker.io/library/debian:12-slim") for s in stages), "stages of debian:12-slim")
    last = stages[-1]
    for group, stage in (("build", stages[0]), ("run", last)):
        check("s/^%s[[:space:]]" % group in stage and packages(group), "a stage does not install the group %s" % group)
    user = re.findall(r"(?m)^USER (\S+)", last)
    check(user and user[-1].isdigit() and int(user[-1]) > 0, "USER is %s: a number other than 0, which Kubernetes can check" % user)
    check("HEALTHCHECK" in last and "VOLUME /var/lib/durand" in last, "no HEALTHCHECK or VOLUME")
    check(last.index("\nUSER") > last.rindex("\nRUN"), "something runs as the user that only root may do")
    for arguments in re.findall(r"(?m)^COPY (?!--from)(.*)$", text):
        for source in arguments.split()[:-1]:
            check(os.path.exists(os.path.join(ROOT, source)), "COPY %s: no such file" % source)
    for script in re.findall(r'"/usr/local/lib/durand/(\S+?)"', last):
        check(os.access(os.path.join(DOCKER, script), os.X_OK), "%s cannot be executed" % script)
    ignored = read(os.path.join(ROOT, ".dockerignore")).split()
    check("build" in ignored and ".git" in ignored, ".dockerignore lets the build directory in")


def the_compose_file_fits_together(binary):
    path = os.path.join(DOCKER, "compose.yaml")
    compose = yaml.safe_load(read(path))
    services = compose["services"]
    check(set(services) == {"kafka", "registry", "seeder", "durand", "look"}, "services: %s" % sorted(services))
    for name, service in services.items():
        check(re.search(r":[^:/]+$", service["image"]), "%s: the image has no version" % name)
        for needed in service.get("depends_on", {}):
            check(needed in services, "%s depends on %s, which is not there" % (name, needed))
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            check(os.path.exists(os.path.join(DOCKER, source)) if source.startswith(".") else source in compose["volumes"],
                  "%s: nothing to mount at %s" % (name, source))
        if "build" in service:
            check(os.path.exists(os.path.join(DOCKER, service["build"]["context"], service["build"]["dockerfile"])),
                  "%s: no Dockerfile" % name)
            help_text = subprocess.run([binary, "--help"], capture_output=True, text=True, check=True).stdout
            check(re.search(r"(?m)^  %s " % service["command"][0], help_text), "%s: no command %s" % (name, service["command"][0]))
    for word, condition in (("kafka", "service_healthy"), ("registry", "service_healthy"), ("seeder", "service_completed_successfully")):
        check(services["durand"]["depends_on"][word]["condition"] == condition, "durand does not wait for %s" % word)


def the_configuration_is_that_of_the_sample(binary):
    path = os.path.join(DOCKER, "durand.yaml")
    done = subprocess.run([binary, "check", "--config", path], capture_output=True, text=True)
    check(done.returncode == 0 and "0 warnings" in done.stdout, done.stdout + done.stderr)
    ours, sample = read(path), read(os.path.join(DOCKER, "sample", "durand.yaml"))
    check(ours[ours.index("\nsources:"):] == sample[sample.index("\nsources:"):],
          "docker/durand.yaml and docker/sample/durand.yaml differ behind `sources`")
    config, compose = yaml.safe_load(ours), yaml.safe_load(read(os.path.join(DOCKER, "compose.yaml")))
    hosts = set(compose["services"])
    for address in (config["kafka"]["bootstrap.servers"], config["registry"]["url"].split("//")[1]):
        check(address.split(":")[0] in hosts, "%s is no service of the compose file" % address)


def a_client_takes_the_compose_file():
    clients = [["docker", "compose"], [os.environ.get("DURAND_COMPOSE", "docker-compose")]]
    for client in clients:
        if not shutil.which(client[0]) or subprocess.run(client + ["version"], capture_output=True).returncode:
            continue
        done = subprocess.run(client + ["-f", os.path.join(DOCKER, "compose.yaml"), "config"], capture_output=True, text=True)
        if "'name' does not match" in done.stderr:  # Compose 1, which ended in 2023
            continue
        check(done.returncode == 0, "%s config: %s" % (" ".join(client), done.stderr))
        found = yaml.safe_load(done.stdout)["services"]
        check(found["seeder"]["command"][0] == "publish", "the client understands the seeder as %s" % found["seeder"])
        return "taken by %s" % " ".join(client)
    return "no compose client here"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", default=os.path.join(ROOT, "build", "durand"))
    options = parser.parse_args()
    if is_debian_12():
        the_image_installs_what_the_program_loads(options.binary)
    else:
        print("the list of packages is for Debian 12: not compared here")
    the_dockerfile_keeps_to_its_rules()
    the_compose_file_fits_together(options.binary)
    the_configuration_is_that_of_the_sample(options.binary)
    print("compose file: %s" % a_client_takes_the_compose_file())


if __name__ == "__main__":
    main()
