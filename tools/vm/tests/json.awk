# SPDX-License-Identifier: GPL-2.0-only
#
# Reads one JSON value; prints "PATH VALUE" for each number, string or word in
# it (.blocks.0.size 48) and for the length of each array; exit status 1 when
# it is no JSON.
function bad(why) {
	print "not JSON: " why ": " substr(text, 1, 40) >"/dev/stderr"
	failed = 1
	exit 1
}

function skip() {
	sub(/^[ \t\r\n]+/, "", text)
}

# Take @pattern off the front and return it; the empty string if it is not there.
function take(pattern,    found) {
	skip()
	if (!match(text, "^(" pattern ")"))
		return ""
	found = substr(text, 1, RLENGTH)
	text = substr(text, RLENGTH + 1)
	return found
}

function string(    s) {
	s = take("\"([^\"\\\\[:cntrl:]]|\\\\[\"\\\\/bfnrtu])*\"")
	if (s == "")
		bad("string wanted")
	return substr(s, 2, length(s) - 2)
}

function object(path,    key) {
	if (take("[}]") != "")
		return
	do {
		key = string()
		if (take(":") == "")
			bad("colon wanted")
		value(path "." key)
	} while (take(",") != "")
	if (take("[}]") == "")
		bad("} wanted")
}

function array(path,    n) {
	n = 0
	if (take("\\]") == "") {
		do
			value(path "." n++)
		while (take(",") != "")
		if (take("\\]") == "")
			bad("] wanted")
	}
	print path ".length", n
}

function value(path,    v) {
	skip()
	if (take("[{]") != "") {
		object(path)
	} else if (take("\\[") != "") {
		array(path)
	} else if (text ~ /^"/) {
		print path, string()
	} else {
		v = take("-?(0|[1-9][0-9]*)([.][0-9]+)?([eE][-+]?[0-9]+)?|true|false|null")
		if (v == "")
			bad("value wanted")
		print path, v
	}
}

{
	text = text $0 "\n"
}

END {
	if (failed)
		exit 1
	value("")
	skip()
	if (text != "")
		bad("more than one value")
}
