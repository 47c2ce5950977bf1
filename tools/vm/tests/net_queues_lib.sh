# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2317,SC2034,SC2086
#
# Helper functions for scripts whose cards have two pairs of queues, on taps. The emulator's
# monitor is at a serial port.
. /tests/net_lib.sh

# The machine names the port, unless it is the fourth.
monitor=/dev/${VM_MONITOR:-ttyS3}
hearer=
question=0

# channels NUMBER: set the number of pairs in use.
channels() {
	at ours ethtool -L nic combined $1 2>$TMP/err ||
		fail "$1 channels: $(cat $TMP/err)"
}

# rings RX TX: set the lengths of the rings.
rings() {
	at ours ethtool -G nic rx $1 tx $2 2>$TMP/err ||
		fail "rings of $1 and $2: $(cat $TMP/err)"
}

# eth_count NAME: set $value to this counter of ethtool -S.
eth_count() {
	value=$(at ours ethtool -S nic | sed -n "s/^ *$1: //p")
}

# Save the output of the emulator's monitor. The monitor accepts no input while nobody reads.
hear_the_monitor() {
	[ -n "$hearer" ] && kill -0 $hearer 2>/dev/null && return
	stty -F $monitor raw -echo
	spawn ours cat $monitor >$TMP/monitor
	hearer=$spawned
}

# answered COMMAND: send a command to the monitor; is it answered within two seconds? The serial
# line may lose data, so each command has a number by which its answer is found, and ask() sends it
# again. The byte 255 makes the monitor discard an incomplete command.
answered() {
	printf '\377{"execute":"qmp_capabilities"}\n' >$monitor
	echo "{\"execute\":\"human-monitor-command\",\"id\":$question,\
		\"arguments\":{\"command-line\":\"$1\"}}" >$monitor
	until_true 2 grep -q "\"id\": $question[,}]" $TMP/monitor
}

# ask WORD...: send a command to the emulator's monitor until it is answered. The command may be
# executed twice, so doing it again must change nothing.
ask() {
	hear_the_monitor
	question=$((question + 1))
	until_true 1 answered "$*" || give_up "the emulator does not answer: $*"
}

# Send streams and datagrams in both directions, and pings.
many_flows() {
	flow peer ours tcp 24 65507
	flow ours peer tcp 24 65507
	flow peer ours udp 100 1400
	flow ours peer udp 100 1400 6
	pings peer ours 5 1000
}

# ---- traffic beside ---------------------------------------------------------

# Start streams of 20 MB that run while the test goes on.
stream_on() {
	listen ours tcp 5003 300 65507 || return
	stream=$listener
	spawn peer talk send tcp 10.1.0.1 5003 300 65507
	listen peer tcp 5004 300 65507 || return
	back=$listener
	spawn ours talk send tcp 10.1.0.2 5004 300 65507
	# Go on when both are connected.
	until_true 60 are_connected || give_up "nobody is connected"
}

# Is each stream connected, or has it ended meanwhile?
are_connected() {
	at ours cat /proc/net/tcp6 /proc/net/tcp >$TMP/tcp
	# 138B and 138C are the ports 5003 and 5004; state 01 is "established".
	{ gone $stream ||
		grep -q ':138B [0-9A-F]*:[0-9A-F]* 01 ' $TMP/tcp; } &&
	{ gone $back || grep -q ':138C 01 ' $TMP/tcp; }
}

stream_off() {
	wait $stream || fail "the stream: $(tail -n 1 $TMP/heard.5003)"
	wait $back || fail "the stream back: $(tail -n 1 $TMP/heard.5004)"
}
