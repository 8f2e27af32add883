{{/*
What the pods of a component may do: {root, component}, and
from, fromPort   components that may reach it, on 8080 if nothing else is said
open             everybody may reach it
outer            whoever the values name may, too
metrics          the port for those who scrape; 0 for none
to, port         components that it may reach
tls              their port of HTTPS too
external         also a database outside
telemetry        also a collector of traces
more             also what else the values name
silent           not even names are looked up
*/}}
{{- define "hbnb.networkPolicy" -}}
{{- $np := .root.Values.networkPolicy -}}
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  {{- include "hbnb.metadata" . | nindent 2 }}
spec:
  podSelector:
    matchLabels:
      {{- include "hbnb.selector" . | nindent 6 }}
  policyTypes: [Ingress, Egress]
  ingress:
    {{- if .open }}
    - ports:
        - { protocol: TCP, port: 8080 }
        - { protocol: TCP, port: 8443 }
    {{- end }}
    {{- if .from }}
    - from:
        {{- range .from }}
        - podSelector:
            matchLabels:
              {{- include "hbnb.selector" (dict "root" $.root "component" .) | nindent 14 }}
        {{- end }}
        {{- if and .outer $np.ingressFrom }}
        {{- toYaml $np.ingressFrom | nindent 8 }}
        {{- end }}
        {{- if and .outer (not $.root.Values.edge.enabled) }}
        - podSelector:
            matchLabels:
              {{- include "hbnb.selector" (dict "root" $.root "component" "test") | nindent 14 }}
        {{- end }}
      ports:
        - { protocol: TCP, port: {{ .fromPort | default 8080 }} }
    {{- end }}
    {{- /* Who reaches an admin port with faults can make trouble: nobody does who is not named. The edge has no such port. */}}
    {{- $closed := and .root.Values.faults.enabled (not $np.metricsFrom) (ne .component "edge") }}
    {{- if and .metrics (not $closed) }}
    - ports:
        - { protocol: TCP, port: {{ .metrics }} }
      from:
        {{- $np.metricsFrom | default (list (dict "namespaceSelector" dict)) | toYaml | nindent 8 }}
    {{- end }}
  egress:
    {{- if not .silent }}
    - ports:
        - { protocol: UDP, port: {{ $np.dns.port }} }
        - { protocol: TCP, port: {{ $np.dns.port }} }
      to:
        {{- toYaml $np.dns.to | nindent 8 }}
    # A cache of names on the node.
    - ports:
        - { protocol: UDP, port: 53 }
        - { protocol: TCP, port: 53 }
      to:
        - ipBlock: { cidr: 169.254.0.0/16 }
    {{- end }}
    {{- if .to }}
    - to:
        {{- range .to }}
        - podSelector:
            matchLabels:
              {{- include "hbnb.selector" (dict "root" $.root "component" .) | nindent 14 }}
        {{- end }}
      ports:
        - { protocol: TCP, port: {{ .port }} }
        {{- if .tls }}
        - { protocol: TCP, port: 8443 }
        {{- end }}
    {{- end }}
    {{- if .external }}
    {{- with .root.Values.database.external }}
    - ports:
        - { protocol: TCP, port: {{ .port }} }
      {{- if .networks }}
      to:
        {{- range .networks }}
        - ipBlock: { cidr: {{ . | quote }} }
        {{- end }}
      {{- end }}
    {{- end }}
    {{- end }}
    {{- if .telemetry }}
    {{- if .root.Values.tracing.to }}
    - to:
        {{- toYaml .root.Values.tracing.to | nindent 8 }}
      ports:
        - { protocol: TCP, port: {{ include "hbnb.tracingPort" .root }} }
    {{- end }}
    {{- end }}
    {{- if or .telemetry .more }}
    {{- with $np.extraEgress }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
    {{- end }}
{{- end }}

{{/* That of a URL. */}}
{{- define "hbnb.tracingPort" -}}
{{- $url := urlParse .Values.tracing.endpoint }}
{{- regexFind ":[0-9]+$" $url.host | trimPrefix ":" | default "80" }}
{{- end }}
