#!/usr/bin/python3
"""The program is linked as a hardened one: position independent, its relocations read-only before it starts, no executable
stack, stacks and library calls checked.

    hardened.py build/durand
"""
import subprocess
import sys


def readelf(*arguments):
    return subprocess.run(["readelf", "--wide", *arguments, sys.argv[1]], stdout=subprocess.PIPE, text=True, check=True).stdout


def main():
    header, program, dynamic, symbols = readelf("-h"), readelf("-l"), readelf("-d"), readelf("--dyn-syms")
    stack = [line for line in program.splitlines() if "GNU_STACK" in line]
    checks = {
        "position independent": "Position-Independent Executable" in header or "DYN" in header,
        "relocations are read-only (RELRO)": "GNU_RELRO" in program,
        "all of them before the start (NOW)": "BIND_NOW" in dynamic and "NOW" in dynamic,
        "no executable stack": stack and "RWE" not in stack[0],
        "stacks are checked": "__stack_chk_fail" in symbols,
        "library calls are checked (FORTIFY)": "_chk@" in symbols.replace("__stack_chk_fail", ""),
    }
    for name, holds in checks.items():
        print("%-45s %s" % (name, "ok" if holds else "MISSING"))
    sys.exit(0 if all(checks.values()) else 1)


if __name__ == "__main__":
    main()
