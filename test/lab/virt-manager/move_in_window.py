"""Moves a guest in virt-manager's window as a person does: right click on the guest, Migrate, the other host, Migrate; then File, Quit.

    /usr/bin/python3 move_in_window.py GUEST FROM TO FOLDER

FROM and TO are what the window calls the two connections. Pictures of the screen go into FOLDER.
"""

import subprocess
import sys
import time

from dogtail.config import config

# Whether programs are to be accessible is a setting of a desktop, and here is none: virt-manager is told by its environment.
config.checkForA11y = False
config.logDebugToFile = False
config.logDebugToStdOut = False

from dogtail import tree  # noqa: E402: it reads the configuration when it is imported.

# An emulated host takes its time for each question; the move itself takes about ten seconds.
LIMIT_SECONDS = 180
DIALOG = "Migrate the virtual machine"

guest, origin, destination, folder = sys.argv[1:5]


def wait_for(what, look):
    """What a look finds, as soon as it finds something."""
    end = time.monotonic() + LIMIT_SECONDS
    while time.monotonic() < end:
        try:
            found = look()
        except Exception:  # A widget that went away while it was looked at: it is looked for again.
            found = None
        if found:
            print(what, flush=True)
            return found
        time.sleep(0.5)
    take_picture("not-seen")
    raise SystemExit(f"not seen within {LIMIT_SECONDS} s: {what}")


def take_picture(name):
    subprocess.run(["import", "-window", "root", f"{folder}/{name}.png"], check=True, timeout=30)


def showing(parent, role, name):
    nodes = parent.findChildren(lambda node: node.roleName == role and node.name == name)
    return next((node for node in nodes if node.showing), None)


def guest_below(connection):
    """The guest's row below a connection. The list has the rows of both connections, from top to bottom."""
    machines = app.child("vm-list", retry=False)
    above = None
    for cell in machines.findChildren(lambda node: node.roleName == "table cell" and node.name):
        name = cell.name.split("\n")[0]
        if name in (origin, destination):
            above = name
        elif above == connection and name == guest:
            return cell
    return None


def running_below(connection):
    row = guest_below(connection)
    return row if row and row.name == f"{guest}\nRunning" else None


def has_moved():
    for alert in app.findChildren(lambda node: node.roleName == "alert"):
        if alert.showing:
            take_picture("refused")
            raise SystemExit(" ".join(label.name for label in alert.findChildren(lambda node: node.roleName == "label")))
    return running_below(destination) and not guest_below(origin) and not showing(app, "frame", DIALOG)


app = wait_for("the window is open", lambda: tree.root.application("virt-manager", retry=False))
row = wait_for(f"{guest} runs on {origin}", lambda: running_below(origin))
wait_for(f"{destination} is connected", lambda: showing(app, "table cell", destination))
take_picture("1-before")
row.click(button=3)
wait_for("the guest's menu is open", lambda: showing(app, "menu item", "Migrate...")).click()
dialog = wait_for("the window asks where to", lambda: showing(app, "frame", DIALOG))
host = wait_for(f"it offers {destination}", lambda: dialog.child(destination, roleName="menu item", retry=False))
host.doActionNamed("click")
take_picture("2-where-to")
showing(dialog, "push button", "Migrate").click()
time.sleep(5)
take_picture("3-moving")
wait_for(f"{guest} runs on {destination}", has_moved)
take_picture("4-after")
app.child("Quit", roleName="menu item").doActionNamed("click")
