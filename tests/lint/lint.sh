#!/bin/sh
# Formatting, the rules of the source tree, shellcheck and clang-tidy, over what git knows. All parts run, so that one
# call shows everything; the exit code is 1 if any of them found something.
#
#   tests/lint/lint.sh BUILD     BUILD holds compile_commands.json

set -u

build=${1:-build}
jobs=$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)
status=0

formatting()
{
        git ls-files -z -- '*.c' '*.h' '*.cc' | xargs -0 -r clang-format --dry-run --Werror
}

scripts()
{
        git ls-files -z -- dev .ci/run '*.sh' | xargs -0 -r shellcheck
}

# Only files that are committed and built: a compile command is what clang-tidy needs.
tidy()
{
        git ls-files -- '*.c' '*.cc' | while read -r file; do
                if grep -qF "\"$PWD/$file\"" "$build/compile_commands.json"; then
                        printf '%s\0' "$file"
                fi
        done | xargs -0 -r -n 4 -P "$jobs" clang-tidy --quiet -p "$build" 2>/dev/null
}

# result CODE NAME
result()
{
        if [ "$1" -eq 0 ]; then
                echo "ok: $2"
        else
                echo "failed: $2"
                status=1
        fi
}

/usr/bin/python3 tests/lint/structure.py
result $? "the rules of the source tree"
formatting
result $? "formatting (clang-format -i FILE mends it)"
scripts
result $? "shellcheck"
tidy
result $? "clang-tidy"
exit $status
