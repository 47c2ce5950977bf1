# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2154 # the variables of run
#
# The tests of pictures: map --svg and --png, sites, report. Part of run.

# Areas of the demo's states in the picture against their bytes, width of a column
# or two of 1100 * 32 aside.
test_map_pictures() {
	files "map --svg" 0 "" "" map demo --svg "$tmp/map.svg"
	expect "areas of map --svg" 0 "right" "" python3 "$here/pictures.py" \
		areas "$tmp/map.svg" free=114688 used=4000 idle=8192 meta=4096
	files "map --svg -" 0 "<?xml*</svg>" "" map demo --svg -
	files "map --svg of an empty heap" 0 "*</svg>" "" map empty --svg -
	files "map --svg on a full disk" 1 "" "rtheap: /dev/full: No space*" \
		map demo --svg /dev/full
	# shellcheck disable=SC2010
	if grep -q 'libcairo\.so\.2' < <(ldconfig -p); then
		expect "map --png" 0 "" "" "$build/rtheap" map demo \
			--png "$tmp/map.png"
		expect "map.png" 0 "1280 used free" "" python3 "$here/pictures.py" \
			png "$tmp/map.png"
		expect "map --png -" 0 "[^a-z]PNG*" "" bash -c \
			'"$0" map demo --png - | tr -d "\0"' "$build/rtheap"
		expect "map --png nowhere" 1 "" \
			"rtheap: /none/x.png: No such file or directory" \
			"$build/rtheap" map demo --png /none/x.png
	fi
}

# By hand: x and y live at the peak (300 bytes after the third event), z later.
test_sites() {
	trace "sites" "a 0 100 x\na 1 50 y\na 2 150 x\nf 0\na 0 30 z\nf 1\n"
	files "sites" 0 "*peak*
         250          150         1          4          4          2  x
          50            0         0          -          -          1  y
           0           30         1          2          2          1  z
*" "" sites "$tmp/sites"
	files "sites --folded" 0 "sites;x 250
sites;y 50" "" sites "$tmp/sites" --folded
	files_json "sites --json" '[(s["site"], s["peak"], s["live"],
s["allocs"], s["oldest"]) for s in d] == [("x", 250, 150, 2, 4),
("y", 50, 0, 1, 0)]' sites "$tmp/sites" --json --top 2
	files "sites of a heap" 0 "       bytes    blocks *
        3000         1          -          -  a?b
        1000         1          -          -  net0" "" \
		sites demo
	# A checked heap: two blocks of drv, 500 and 100 ms old, and one without an owner.
	mkdir -p "$RTHEAP_ROOT/aged"
	cat >"$RTHEAP_ROOT/aged/map" <<-END
		# rtalloc 1: offset size state owner alloc free age
		16 100 used - drv+0x1/0x9 - 500
		160 200 used - drv+0x1/0x9 - 100
		400 10 used - - - -
		500 64 idle - drv+0x1/0x9 drv+0x5/0x9 900
	END
	files "ages of a checked heap" 0 "*oldest   mean age *
         300         2        500        300  drv+0x1/0x9
*
Ages in ms, of what lives." "" sites aged
	files_json "ages --json" '[(s["live"], s["oldest_ms"],
s["mean_age_ms"]) for s in d] == [(300, 500, 300), (10, 0, 0)]' \
		sites aged --json
	files_json "ages in map --json" '[p.get("age_ms")
for p in d["pieces"]] == [500, 100, None, 900]' map aged --json
	rm -r "$RTHEAP_ROOT/aged"
	files "sites of nothing" 1 "" "*none: cannot read map (ENOENT)*" \
		sites none
	files "sites of no name" 1 "" "*neither a file nor*" sites "a b"
}

# report_has WHAT FILE EXPRESSION: it is true of text, rows, svgs and used of the report.
report_has() {
	expect "$1" 0 "right" "" python3 "$here/pictures.py" report "$tmp/$2" "$3"
}

test_report() {
	trace "te<n" "$(printf 'a %d 1000 x\\n' {0..9})f 0\n"
	export RTHEAP_COUNTER=none
	files "report" 0 "" "" report "$tmp/te<n" -o "$tmp/r.html"
	report_has "the report's figures" r.html \
		'"te<n" in text and "11 events, 10 allocations" in text and
rows["sizes"][1] == ["1000", "10", "100.0"] and len(rows["backends"]) == 14 and
rows["sites"][1] == ["x", "10000", "9000", "9", "10", "10"] and
svgs == 4 and "0 allocations found no room" in text'
	files "report of one backend" 0 "" "" report "$tmp/te<n" \
		-o "$tmp/r.html" --backend heap4 --size 8K
	# (8192 - 16) / 1016 = 8 of 10 blocks.
	report_has "failures in a report" r.html '"heap4 in 8192 bytes" in text and
"2 allocations found no room" in text'
	files "report of no backend" 1 "" "*'pool' is not a backend*" \
		report "$tmp/te<n" -o "$tmp/r2.html" --backend pool
	files "report on a full disk" 1 "" "*No such file*" \
		report "$tmp/te<n" -o /none/r.html
	unset RTHEAP_COUNTER
	expect "nothing half done" 0 "" "" find "$tmp" -name '.rtheap-*' -o \
		-name r2.html
}

test_report_heap() {
	files "report of a heap" 0 "" "" report demo -o "$tmp/h.html" \
		--seconds 0.1
	report_has "the heap's report" h.html \
		'rows["sites"][0][:3] == ["site", "bytes", "blocks"] and
rows["sites"][1][:3] == ["a\"b", "3000", "1"] and svgs == 5 and
["live", "2"] in rows["stats"] and "milliseconds; offset in KiB" in text'
	files "report of a heap in a size" 1 "" "*only for a trace*" \
		report demo -o "$tmp/n" --size 8K
	files "report of no heap" 1 "" "*none*(ENOENT)*" report none -o "$tmp/n"
	report_of_change
}

# Both files are pipes at first, and stats is read before the map: when stats is opened
# a second time the first look is over. Then all blocks are freed, and the pipes are
# files. The nap makes the first moment longer than a millisecond.
report_of_change() {
	local d=$RTHEAP_ROOT/moving watcher

	mkdir -p "$d"
	mkfifo "$d/stats" "$d/map"
	"$bin/rtheap-asan" report moving -o "$tmp/h.html" --seconds 0.2 \
		>"$tmp/watched" 2>&1 &
	watcher=$!
	# shellcheck disable=SC2016
	expect "the heap is looked at twice" 0 "" "" timeout 60 bash -c '
		cat "$1/stats" >"$0/stats"
		cat "$1/map" >"$0/map"
		exec 3>"$0/stats"
		sed "s/ used / free /" "$1/map" >"$0/new" && mv "$0/new" "$0/map"
		cp "$1/stats" "$0/new" && mv "$0/new" "$0/stats"
		sleep 0.05
		cat "$1/stats" >&3' "$d" "$RTHEAP_ROOT/demo"
	wait "$watcher" || true
	expect "what it said" 0 "" "" cat "$tmp/watched"
	report_has "the report of a change" h.html 'used[0] == 0 and used[2] > 0'
	rm -r "$d"
}

# In a browser: nothing wider than 1280, and something to see.
test_report_in_browser() {
	local browser
	# tools/setup has it in the group of these tests.
	browser=$(command -v chromium || command -v chromium-browser) || {
		expect "a browser to look with (make setup FOR=browser)" 0 "" "" false
		return
	}
	{ sed '/<\/body>/d' "$tmp/r.html"
	  echo "<script>document.title = document.documentElement.scrollWidth;"
	  echo "</script></body></html>"; } >"$tmp/wide.html"
	expect "width in a browser" 0 "*<title>1280</title>*" "*" \
		"$browser" --headless --no-sandbox --disable-gpu \
		--hide-scrollbars --window-size=1280,2000 --dump-dom \
		"file://$tmp/wide.html"
	"$browser" --headless --no-sandbox --disable-gpu --hide-scrollbars \
		--window-size=1280,2000 --screenshot="$tmp/r.png" \
		"file://$tmp/r.html" >/dev/null 2>&1 || true
	expect "colours in a browser" 0 "1280 used free bar second" "" \
		python3 "$here/pictures.py" png "$tmp/r.png"
}

# Names of a trace, a site and an owner that would be tags; figures without end.
test_report_hostile() {
	local name='"><script>alert(1)</script>' d=$RTHEAP_ROOT/evil

	trace 'e"><b>' "a 0 100 $name\na 1 50 </title></svg>\nf 0\n"
	RTHEAP_COUNTER=none files "report of hostile names" 0 "" "" \
		report "$tmp/e\"><b>" -o "$tmp/e.html"
	report_has "nothing breaks out of the report" e.html \
		"'<script>' in text and '</svg>' in text and svgs == 4"
	mkdir -p "$d"
	printf '%s\n' "format: 1" "name: </table><script>" "live: $name" \
		>"$d/stats"
	cat >"$d/map" <<-END
		# rtalloc 1: offset size state owner
		0 9223372036854775807 used <script>
		9223372036854775807 9223372036854775807 free -
		18446744073709551614 1 used "'&>
	END
	files "report of a hostile heap" 0 "" "" report evil -o "$tmp/e.html" --seconds 0.1
	report_has "nothing breaks out of the heap's report" e.html \
		"'</table><script>' in text and '<script>' in text and svgs == 5"
	files "hostile map" 0 "*evil: 18446744073709551615 bytes*" "" map evil
	files "hostile map --svg" 0 "" "" map evil --svg "$tmp/e.svg"
	expect "hostile map is XML" 0 "" "" python3 -c \
		'import sys, xml.dom.minidom as m; m.parse(sys.argv[1])' "$tmp/e.svg"
	rm -r "$d"
}
