{{/* Names, labels, images. All take the root context, or a dict of it and a component's name. */}}

{{- define "hbnb.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 40 | trimSuffix "-" }}
{{- end }}

{{/* Room is left for "-migrate-" and a hash. */}}
{{- define "hbnb.fullname" -}}
{{- if .Values.fullnameOverride }}
{{- .Values.fullnameOverride | trunc 40 | trimSuffix "-" }}
{{- else if contains (include "hbnb.name" .) .Release.Name }}
{{- .Release.Name | trunc 40 | trimSuffix "-" }}
{{- else }}
{{- printf "%s-%s" .Release.Name (include "hbnb.name" .) | trunc 40 | trimSuffix "-" }}
{{- end }}
{{- end }}

{{/* What tells the pods of a component apart, for ever: {root, component}. */}}
{{- define "hbnb.selector" -}}
app.kubernetes.io/name: {{ include "hbnb.name" .root | quote }}
app.kubernetes.io/instance: {{ .root.Release.Name | quote }}
app.kubernetes.io/component: {{ .component }}
{{- end }}

{{- define "hbnb.labels" -}}
{{ include "hbnb.selector" . }}
app.kubernetes.io/version: {{ include "hbnb.labelValue" .root.Chart.AppVersion | quote }}
app.kubernetes.io/part-of: hbnb
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version | include "hbnb.labelValue" }}
{{- with .root.Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* A version may have a plus, which a label may not. */}}
{{- define "hbnb.labelValue" -}}
{{- replace "+" "_" . | trunc 63 | trimSuffix "-" }}
{{- end }}

{{- define "hbnb.metadata" -}}
name: {{ include "hbnb.fullname" .root }}-{{ .component }}
namespace: {{ .root.Release.Namespace | quote }}
labels:
  {{- include "hbnb.labels" . | nindent 2 }}
{{- end }}

{{/* A digest wins over a tag, an image's own tag over that of all: {root, image}. */}}
{{- define "hbnb.image" -}}
{{- $registry := .root.Values.global.imageRegistry -}}
{{- if $registry }}{{ trimSuffix "/" $registry }}/{{ end }}{{ .image.repository }}
{{- if .image.digest }}@{{ .image.digest }}
{{- else }}:{{ .image.tag | default .root.Values.image.tag | default .root.Chart.AppVersion }}
{{- end }}
{{- end }}

{{/* Of those that are ours, the components that are Deployments. */}}
{{- define "hbnb.embedded" -}}
{{- if eq .Values.database.mode "embedded" }}true{{ end }}
{{- end }}

{{- define "hbnb.migrations" -}}
{{- if .Values.migrations.mode }}{{ .Values.migrations.mode }}
{{- else if eq .Values.database.mode "external" }}job
{{- else }}startup
{{- end }}
{{- end }}

{{/* The Secret with the database's password. */}}
{{- define "hbnb.databaseSecret" -}}
{{- $own := printf "%s-database" (include "hbnb.fullname" .) -}}
{{- if eq .Values.database.mode "external" }}{{ .Values.database.external.existingSecret | default $own }}
{{- else }}{{ .Values.database.internal.existingSecret | default $own }}
{{- end }}
{{- end }}

{{- define "hbnb.databaseUrl" -}}
{{- if eq .Values.database.mode "external" -}}
{{- with .Values.database.external -}}
postgres://{{ include "hbnb.inUrl" .user }}@{{ ternary (printf "[%s]" .host) .host (contains ":" .host) }}:{{ .port }}/{{ include "hbnb.inUrl" .name }}?sslmode={{ .sslMode }}{{ if .caSecret }}&sslrootcert=/run/hbnb/secrets/database-ca/ca.crt{{ end }}
{{- end -}}
{{- else -}}
postgres://hbnb@{{ include "hbnb.fullname" . }}-db/hbnb
{{- end -}}
{{- end }}

{{- define "hbnb.inUrl" -}}
{{- urlquery . | replace "+" "%20" }}
{{- end }}

{{/* --- Pods ------------------------------------------------------------------------------------------------------ */}}

{{- define "hbnb.podSecurity" -}}
runAsNonRoot: true
runAsUser: {{ .user }}
runAsGroup: {{ .user }}
fsGroup: {{ .user }}
fsGroupChangePolicy: OnRootMismatch
seccompProfile:
  type: RuntimeDefault
{{- end }}

{{- define "hbnb.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end }}

{{/* What all pods have, but containers: {root, component, values, user}. */}}
{{- define "hbnb.pod" -}}
serviceAccountName: {{ include "hbnb.fullname" .root }}-{{ .component }}
automountServiceAccountToken: false
enableServiceLinks: false
{{- with .root.Values.global.imagePullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ if kindIs "map" . }}{{ .name | quote }}{{ else }}{{ . | quote }}{{ end }}
  {{- end }}
{{- end }}
{{- if not (kindIs "invalid" .root.Values.hostUsers) }}
hostUsers: {{ .root.Values.hostUsers }}
{{- end }}
dnsConfig:
  options:
    # A question that gets lost is asked again after one second and not after five: a page has three.
    - { name: timeout, value: "1" }
    - { name: attempts, value: "3" }
securityContext:
  {{- include "hbnb.podSecurity" . | nindent 2 }}
{{- if .values.priorityClassName }}
priorityClassName: {{ .values.priorityClassName | quote }}
{{- else if .root.Values.priorityClass.create }}
priorityClassName: {{ include "hbnb.priorityClass" .root }}
{{- end }}
{{- with .values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .values.affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{/* Where tasks run: where the pods of the API may. */}}
{{- define "hbnb.placement" -}}
{{- pick .Values.api "nodeSelector" "tolerations" "affinity" | toYaml }}
{{- end }}

{{/* Softly over zones and nodes, if nothing else is said. */}}
{{- define "hbnb.spread" -}}
topologySpreadConstraints:
{{- if .values.topologySpreadConstraints }}
  {{- toYaml .values.topologySpreadConstraints | nindent 2 }}
{{- else }}
{{- range list "topology.kubernetes.io/zone" "kubernetes.io/hostname" }}
  - maxSkew: 1
    topologyKey: {{ . }}
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels:
        {{- include "hbnb.selector" $ | nindent 8 }}
{{- end }}
{{- end }}
{{- end }}

{{/* Three questions to the admin port, each with a meaning of its own. */}}
{{- define "hbnb.probes" -}}
startupProbe:
  httpGet: { path: /healthz/startup, port: admin }
  periodSeconds: 1
  timeoutSeconds: 2
  failureThreshold: {{ .startup }}
readinessProbe:
  httpGet: { path: /healthz/ready, port: admin }
  periodSeconds: 2
  timeoutSeconds: 2
  failureThreshold: 2
livenessProbe:
  httpGet: { path: /healthz/live, port: admin }
  periodSeconds: 10
  timeoutSeconds: 3
  failureThreshold: 3
{{- end }}

{{- define "hbnb.preStop" -}}
{{- if gt (int .Values.shutdown.preStopSeconds) 0 }}
lifecycle:
  preStop:
    sleep:
      seconds: {{ .Values.shutdown.preStopSeconds }}
{{- end }}
{{- end }}

{{/* The variables of all programs of ours. */}}
{{- define "hbnb.env" -}}
- { name: HBNB_LOG, value: {{ .Values.logging.level | quote }} }
- { name: HBNB_LOG_FORMAT, value: {{ .Values.logging.format | quote }} }
- { name: HBNB_DRAIN_DELAY, value: "{{ .Values.shutdown.drainDelaySeconds }}s" }
- { name: HBNB_DRAIN_DEADLINE, value: "{{ .Values.shutdown.drainSeconds }}s" }
- { name: HBNB_FAULTS, value: {{ .Values.faults.enabled | quote }} }
# The edge, or a controller, has an address of the pod network; with the network policies, nobody else reaches the pods.
- { name: HBNB_TRUSTED_PROXIES, value: "10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,100.64.0.0/10,fc00::/7" }
{{- if .Values.tracing.endpoint }}
- { name: OTEL_EXPORTER_OTLP_ENDPOINT, value: {{ .Values.tracing.endpoint | quote }} }
- { name: OTEL_EXPORTER_OTLP_PROTOCOL, value: {{ .Values.tracing.protocol | quote }} }
{{- end }}
{{- end }}

{{/* Of a container, as a list of YAML; what people name wins: {own, extra}. */}}
{{- define "hbnb.variables" -}}
{{- $named := list }}
{{- range .extra }}
{{- $named = append $named .name }}
{{- end }}
{{- $all := list }}
{{- range fromYamlArray .own }}
{{- if not (has .name $named) }}
{{- $all = append $all . }}
{{- end }}
{{- end }}
{{- concat $all .extra | toYaml }}
{{- end }}

{{- define "hbnb.databaseEnv" -}}
- { name: HBNB_DATABASE_URL, value: {{ include "hbnb.databaseUrl" . | quote }} }
- { name: HBNB_DATABASE_PASSWORD_FILE, value: /run/hbnb/secrets/database/password }
{{- end }}

{{- define "hbnb.databaseMount" -}}
- { name: database-password, mountPath: /run/hbnb/secrets/database, readOnly: true }
{{- if include "hbnb.databaseCa" . }}
- { name: database-ca, mountPath: /run/hbnb/secrets/database-ca, readOnly: true }
{{- end }}
{{- end }}

{{- define "hbnb.databaseVolume" -}}
- name: database-password
  secret:
    secretName: {{ include "hbnb.databaseSecret" . | quote }}
    defaultMode: 288 # r--r-----, in decimal: not all readers of YAML know octal
    items: [{ key: password, path: password }]
{{- with include "hbnb.databaseCa" . }}
- name: database-ca
  secret:
    secretName: {{ . | quote }}
    items: [{ key: ca.crt, path: ca.crt }]
{{- end }}
{{- end }}

{{/* The Secret with the certificate that signs those of a database outside. */}}
{{- define "hbnb.databaseCa" -}}
{{- if eq .Values.database.mode "external" }}{{ .Values.database.external.caSecret }}{{ end }}
{{- end }}

{{/* What annotations tell, where people have not said otherwise: {root, values, port}; without a port there are no metrics. */}}
{{- define "hbnb.podAnnotations" -}}
{{- $own := dict }}
{{- if and .port .root.Values.metrics.annotations }}
{{- $own = dict "prometheus.io/scrape" "true" "prometheus.io/port" .port "prometheus.io/path" "/metrics" }}
{{- end }}
{{- with mergeOverwrite $own .root.Values.podAnnotations (.values.podAnnotations | default dict) }}
{{- toYaml . }}
{{- end }}
{{- end }}

{{/* The class of one release: a cluster has a name once. No namespace has a dot. */}}
{{- define "hbnb.priorityClass" -}}
{{ include "hbnb.fullname" . }}.{{ .Release.Namespace }}
{{- end }}

{{/* How many there are where nothing scales them; zero is a number, too. */}}
{{- define "hbnb.replicas" -}}
{{- if kindIs "invalid" .replicas }}2{{ else }}{{ .replicas }}{{ end }}
{{- end }}

{{/* How many there are at most. */}}
{{- define "hbnb.most" -}}
{{- if .autoscaling.enabled }}{{ .autoscaling.max }}{{ else }}{{ include "hbnb.replicas" . }}{{ end }}
{{- end }}
