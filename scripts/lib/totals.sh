# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Sums of results, in the one form that every test command here ends with: "N passed, N failed[, N skipped]".

passed=0 failed=0 skipped=0

# Adds the last totals in FILE; without any, its TAP lines. Fails when there is neither.
add_totals() {
	local line tap=()
	line=$(grep -E '^[0-9]+ passed, [0-9]+ failed(, [0-9]+ skipped)?$' "$1" | tail -1)
	if [ -z "$line" ]; then
		mapfile -t tap < <(awk '
			/^ok .*# SKIP/ { s++; next }
			/^ok / { p++ }
			/^not ok / { f++ }
			/^1\.\.[0-9]+/ { plan = substr($1, 4) }
			END { if (plan == "" || plan != p + f + s) exit; print p + 0; print f + 0; print s + 0 }' "$1")
		[ ${#tap[@]} -eq 3 ] || return 1
		line="${tap[0]} passed, ${tap[1]} failed, ${tap[2]} skipped"
	fi
	local -a n
	read -r -a n <<<"${line//[a-z,]/}"
	passed=$((passed + n[0]))
	failed=$((failed + n[1]))
	skipped=$((skipped + ${n[2]:-0}))
}

totals() {
	echo "$passed passed, $failed failed$([ "$skipped" = 0 ] || echo ", $skipped skipped")"
}
