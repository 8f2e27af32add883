{{/* A container that runs `hbnb` to its end, on the database: {root, name, args}. */}}
{{- define "hbnb.task" -}}
- name: {{ .name }}
  image: {{ include "hbnb.image" (dict "root" .root "image" .root.Values.hbnb.image) }}
  imagePullPolicy: {{ .root.Values.image.pullPolicy }}
  args: {{ toJson .args }}
  env:
    {{- include "hbnb.databaseEnv" .root | nindent 4 }}
    - { name: HBNB_DATABASE_WAIT, value: 60s }
    - { name: HBNB_LOG_FORMAT, value: {{ .root.Values.logging.format | quote }} }
  resources:
    requests: { cpu: 20m, memory: 32Mi }
    limits: { memory: 128Mi }
  securityContext:
    {{- include "hbnb.containerSecurity" .root | nindent 4 }}
  volumeMounts:
    {{- include "hbnb.databaseMount" .root | nindent 4 }}
{{- end }}

{{/*
The password of the internal database: what is in the cluster stays, or a new one is made, once for a whole rendering. Empty
where a Secret of somebody else's is used.
*/}}
{{- define "hbnb.databasePassword" -}}
{{- if and (eq .Values.database.mode "internal") (not .Values.database.internal.existingSecret) }}
{{- if not (hasKey .Release "hbnbPassword") }}
{{- $there := lookup "v1" "Secret" .Release.Namespace (include "hbnb.databaseSecret" .) }}
{{- $password := ternary (dig "data" "password" "" ($there | default dict) | b64dec) (randAlphaNum 40) (not (empty $there)) }}
{{- $_ := set .Release "hbnbPassword" $password }}
{{- end }}
{{- .Release.hbnbPassword }}
{{- end }}
{{- end }}
