#!/bin/sh
# Opens virt-manager by ./lab in the session of a desktop, and has it used: on-desktop.sh LAB STACK MOVE [ARGUMENT…].
set -u
lab=$1 stack=$2
shift 2

# What makes programs accessible is started by this question. virt-manager has no session to ask in, and is told where it is.
AT_SPI_BUS_ADDRESS=$(dbus-send --session --print-reply=literal --dest=org.a11y.Bus /org/a11y/bus org.a11y.Bus.GetAddress |
  tr -d ' \n')
export AT_SPI_BUS_ADDRESS

"$lab" virt-manager "$stack" &
# Fails with its window open: the display ends with this script, and the window with it.
/usr/bin/python3 "$@" || exit
wait $!
