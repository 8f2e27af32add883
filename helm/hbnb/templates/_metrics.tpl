{{/* What Prometheus scrapes of pods; the job is named by the release: {root, port, interval, component}. */}}
{{- define "hbnb.endpoint" -}}
- port: {{ .port }}
  path: /metrics
  interval: {{ .interval }}
  relabelings:
    - sourceLabels: [__meta_kubernetes_pod_label_app_kubernetes_io_component]
      regex: {{ .component | quote }}
      action: keep
    - sourceLabels: [__meta_kubernetes_pod_label_app_kubernetes_io_component]
      targetLabel: job
      replacement: {{ include "hbnb.fullname" .root }}-$1
{{- end }}
