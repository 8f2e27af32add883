{{- define "hbnb.tlsSecret" -}}
{{- .Values.edge.tls.existingSecret | default (printf "%s-edge-tls" (include "hbnb.fullname" .)) }}
{{- end }}
