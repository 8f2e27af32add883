#!/usr/bin/env bash
# Puts the programs, the units and an example of each configuration where systemd looks for them. Nothing is started, and a
# configuration that is there already stays.
#   BIN_DIR  where the programs were built, target/release unless given
#   DESTDIR  a root of its own instead of /, as for a package
set -euo pipefail
cd "$(dirname "$0")"

root="${DESTDIR:-}"
built="${BIN_DIR:-../../target/release}"
programs=(hbnb hbnb-api hbnb-web hbnb-assets)
for program in "${programs[@]}"; do
    if [ ! -x "$built/$program" ]; then
        echo "$built/$program is missing: run make build, or name the folder by BIN_DIR" >&2
        exit 1
    fi
done

for program in "${programs[@]}"; do
    # Put in place as a whole: there is no moment without it, and one that runs keeps the file that it has.
    install -D "$built/$program" "$root/usr/bin/.$program.new"
    mv "$root/usr/bin/.$program.new" "$root/usr/bin/$program"
done
for folder in units/*.service.d; do
    install -D -m 644 "$folder/hardening.conf" "$root/usr/lib/systemd/system/${folder#units/}/hardening.conf"
done
install -D -m 644 -t "$root/usr/lib/systemd/system" units/*.service units/*.socket
install -D -m 644 -t "$root/usr/lib/sysusers.d" sysusers.d/hbnb.conf
install -D -m 644 -t "$root/usr/lib/tmpfiles.d" tmpfiles.d/hbnb.conf
install -D -m 644 -t "$root/usr/share/doc/hbnb" ../docs/systemd.md examples/secrets.conf
for file in etc/*.toml; do
    [ -e "$root/etc/hbnb/${file#etc/}" ] || install -D -m 644 -t "$root/etc/hbnb" "$file"
done

if [ -z "$root" ]; then
    systemd-sysusers hbnb.conf
    systemd-tmpfiles --create hbnb.conf
    systemctl daemon-reload
fi
echo "Installed. Next: systemctl enable --now hbnb.socket hbnb-admin.socket hbnb.service"
