{{/* The account of a component, without a token. */}}
{{- define "hbnb.serviceAccount" -}}
apiVersion: v1
kind: ServiceAccount
metadata:
  {{- include "hbnb.metadata" . | nindent 2 }}
  {{- with .root.Values.serviceAccount.annotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
automountServiceAccountToken: false
{{- end }}
