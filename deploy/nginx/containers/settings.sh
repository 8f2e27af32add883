#!/bin/sh
# Makes the settings of the edge from its environment, before nginx starts. A wrong value stops the start.
# shellcheck disable=SC2016 # names with a dollar are nginx's own
set -eu

wrong() {
    echo "edge: $1" >&2
    exit 78
}

networks=${HBNB_TRUSTED_NETWORKS:-}
rate=${HBNB_WRITE_RATE:-0}
burst=${HBNB_WRITE_BURST:-20}
percent=${HBNB_TRACE_PERCENT:-100}
https_port=${HBNB_TLS_PORT:-443}

for network in $(echo "$networks" | tr ',' ' '); do
    echo "$network" | grep -Eq '^[0-9a-fA-F:.]+(/[0-9]{1,3})?$' ||
        wrong "HBNB_TRUSTED_NETWORKS: \"$network\" is no network: write them as 10.0.0.0/8, separated by commas"
done
echo "$rate" | grep -Eq '^[0-9]{1,6}$' || wrong "HBNB_WRITE_RATE: \"$rate\" is no number of writes a second; 0 is no limit"
echo "$burst" | grep -Eq '^[0-9]{1,6}$' || wrong "HBNB_WRITE_BURST: \"$burst\" is no number of writes"
echo "$percent" | grep -Eq '^(100|[0-9]{1,2})(\.[0-9]{1,2})?$' ||
    wrong "HBNB_TRACE_PERCENT: \"$percent\" is no share of the requests: 0 to 100"
echo "$https_port" | grep -Eq '^[0-9]{1,5}$' || wrong "HBNB_TLS_PORT: \"$https_port\" is no port"

mkdir -p /tmp/hbnb
{
    # Proxies before this one, whose X-Forwarded-* count.
    echo 'geo $realip_remote_addr $hbnb_trusted {'
    echo '    default 0;'
    for network in $(echo "$networks" | tr ',' ' '); do echo "    $network 1;"; done
    echo '}'
    for network in $(echo "$networks" | tr ',' ' '); do echo "set_real_ip_from $network;"; done
    echo 'real_ip_header X-Forwarded-For;'
    echo 'real_ip_recursive on;'

    case $percent in
    100*) echo 'map "" $hbnb_sampled { default 01; }' ;;
    0 | 00) echo 'map "" $hbnb_sampled { default 00; }' ;;
    *) echo "split_clients \$request_id \$hbnb_sampled { $percent% 01; * 00; }" ;;
    esac

    case $https_port in
    443) echo 'map "" $hbnb_https_port { default ""; }' ;;
    *) echo "map \"\" \$hbnb_https_port { default \":$https_port\"; }" ;;
    esac

    if [ "$rate" -gt 0 ]; then
        # 1 MB is room for some 16,000 addresses.
        echo "limit_req_zone \$hbnb_writer zone=hbnb_writes:1m rate=${rate}r/s;"
        echo "limit_req zone=hbnb_writes burst=$burst nodelay;"
        echo 'limit_req_status 429;'
    fi
} >/tmp/hbnb/settings.conf

# A certificate that is renewed is taken without a restart.
certificate=/etc/nginx/tls/tls.crt
if [ -e "$certificate" ]; then
    seen=$(cksum <"$certificate")
    while sleep 10; do
        now=$(cksum <"$certificate") || continue
        [ "$now" = "$seen" ] && continue
        # One that nginx refuses is told, once, and the old one stays.
        seen=$now
        nginx -s reload || true
    done </dev/null &
fi
