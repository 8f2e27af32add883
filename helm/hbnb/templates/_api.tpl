{{/* What the API has beside what all services have. */}}

{{- define "hbnb.apiEnv" -}}
{{ include "hbnb.databaseEnv" . }}
- { name: HBNB_DATABASE_POOL_MAX, value: {{ .Values.api.poolSize | quote }} }
- { name: HBNB_CORS_ORIGINS, value: {{ .Values.api.corsOrigins | quote }} }
{{- if .Values.api.existingSecret }}
- { name: HBNB_API_TOKEN_FILE, value: /run/hbnb/secrets/token/token }
{{- end }}
{{- end }}
{{- define "hbnb.apiMounts" -}}
{{ include "hbnb.databaseMount" . }}
{{- if .Values.api.existingSecret }}
- { name: token, mountPath: /run/hbnb/secrets/token, readOnly: true }
{{- end }}
{{- end }}
{{- define "hbnb.apiVolumes" -}}
{{ include "hbnb.databaseVolume" . }}
{{- if .Values.api.existingSecret }}
- name: token
  secret:
    secretName: {{ .Values.api.existingSecret | quote }}
    defaultMode: 288 # r--r-----, in decimal: not all readers of YAML know octal
    items: [{ key: token, path: token }]
{{- end }}
{{- end }}
{{- /* Pods that start together wait for each other: the database has a lock for it. */}}
{{- define "hbnb.apiInit" -}}
{{- if eq (include "hbnb.migrations" .) "startup" }}
{{ include "hbnb.task" (dict "root" . "name" "migrate" "args" (list "migrate")) }}
{{- end }}
{{- if and .Values.demo.enabled (ne (include "hbnb.migrations" .) "job") }}
{{ include "hbnb.task" (dict "root" . "name" "demo" "args" (list "demo" "--if-empty")) }}
{{- end }}
{{- end }}
