# SPDX-License-Identifier: GPL-2.0
# The host's judgement of one run, from the guest's KTAP and its console. Prints the failures, then the totals; exits
# with 1 when there is any failure.
#
#   awk -f verdict.awk -v reason=WHY -v allow=REGEX KTAP console=1 CONSOLE
#
# reason: why QEMU did not end by itself, empty when it did. allow: console lines that a run provokes on purpose.

BEGIN {
	bad = "BUG:|WARNING:|Call Trace|KASAN|KCSAN|UBSAN|ODEBUG:|Oops|Kernel panic|general protection fault" \
	    "|possible .*(deadlock|recursion|unsafe)|suspicious RCU|INFO: task .* blocked|INFO: rcu|INFO: trying to register" \
	    "|self-detected stall|detected stalls|(soft|hard) (lockup|LOCKUP)|workqueue lockup|scheduling while atomic" \
	    "|sleeping function|unable to handle|kmemleak: [0-9]+ new|unreferenced object|refcount_t:|list_(add|del) corruption" \
	    "|nobody cared|bad page|Bad page|double fault|invalid opcode|Unknown symbol|disagrees about version"
	planned = -1
}

function fail(text) {
	print "FAILED: " text
	failed++
}

function excerpt(line, i) {
	for (i = line - 5; i <= line + 30; i++)
		if (i > 0 && i in said)
			print (i == line ? "  > " : "    ") said[i]
}

{ sub(/\r$/, "") }

console {
	said[++lines] = $0
	if (!first_bad && $0 ~ bad && (allow == "" || $0 !~ allow))
		first_bad = lines
	next
}

/^# vm: powering off$/ { off = 1 }
/^# vm: exit status / { off_status = $5 }
/^1\.\.[0-9]+/ && planned < 0 { planned = substr($0, 4) + 0 }

/^    # Subtest: / {
	current = substr($0, 16)
	open = 1
	sub_failed = sub_passed = sub_skipped = 0
	detail = ""
	next
}

/^    ok [0-9]+/ {
	if ($0 ~ /# SKIP/)
		sub_skipped++
	else
		sub_passed++
	detail = ""
	next
}

# What a test says before a failing line usually explains it, and so does what it says after.
/^    not ok [0-9]+/ {
	print "FAILED: " current ": " substr($0, 5)
	if (detail != "")
		printf "%s", detail
	detail = ""
	sub_failed++
	after = 1
	next
}

/^    / {
	if (after && $0 ~ /^    *#/)
		print $0
	else {
		after = 0
		detail = detail $0 "\n"
		if (length(detail) > 4000)
			detail = substr(detail, length(detail) - 3999)
	}
	next
}

/^# / && current != "" && index($0, "# " current ": ") == 1 && $0 !~ /: took [0-9.]+ s$/ {
	why = why (why == "" ? "" : "; ") substr($0, length(current) + 5)
}

/^(not )?ok [0-9]+ / {
	seen++
	open = after = 0
	passed += sub_passed
	skipped += sub_skipped
	failed += sub_failed
	if ($1 == "ok" && !sub_passed && !sub_skipped)
		skipped++
	if ($1 == "not" && (why != "" || !sub_failed)) {
		if (sub_failed && why ~ /^exit status [0-9]+$/)
			print "        " current ": " why
		else {
			fail(current ": " (why == "" ? "no result" : why))
			printf "%s", detail
		}
	}
	why = ""
}

END {
	if (open) {
		passed += sub_passed
		skipped += sub_skipped
		failed += sub_failed
	}
	if (first_bad) {
		fail("the console has a bad word: " said[first_bad])
		excerpt(first_bad)
	}
	if (reason != "")
		fail(reason (open ? " in " current : ""))
	else if (!off)
		fail("the guest went away without powering off" (open ? ", in " current : ""))
	if ((reason != "" || !off) && !first_bad)
		excerpt(lines)
	if (open && detail != "")
		printf "%s", detail
	if (off && off_status == "" && (planned < 0 || seen != planned))
		fail((planned < 0 ? "no plan" : planned " test files planned") ", " seen + 0 " seen")
	if (off_status == "")
		printf "%d passed, %d failed%s\n", passed, failed, skipped ? ", " skipped " skipped" : ""
	exit failed > 0
}
