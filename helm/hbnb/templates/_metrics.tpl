{{/* What Prometheus scrapes of pods; the job is named as in compose: {port, interval, component}. */}}
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
      replacement: hbnb-$1
{{- end }}
