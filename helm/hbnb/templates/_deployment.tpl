{{/*
A service of ours: {root, component, values, env, startup, and perhaps initContainers, mounts, volumes}. What is
handed on as text is indented here.
*/}}
{{- define "hbnb.deployment" -}}
apiVersion: apps/v1
kind: Deployment
metadata:
  {{- include "hbnb.metadata" . | nindent 2 }}
spec:
  {{- if not .values.autoscaling.enabled }}
  replicas: {{ include "hbnb.replicas" .values }}
  {{- end }}
  revisionHistoryLimit: 5
  progressDeadlineSeconds: {{ include "hbnb.progress" . }}
  minReadySeconds: 3
  strategy:
    type: RollingUpdate
    rollingUpdate: { maxUnavailable: 0, maxSurge: 1 }
  selector:
    matchLabels:
      {{- include "hbnb.selector" . | nindent 6 }}
  template:
    metadata:
      labels:
        {{- include "hbnb.labels" . | nindent 8 }}
        metrics: "true"
      annotations:
        {{- with include "hbnb.podAnnotations" (dict "root" .root "values" .values "port" "9090") }}
        {{- . | nindent 8 }}
        {{- end }}
        {{- with .checksums }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
    spec:
      {{- include "hbnb.pod" (merge (dict "user" 65532) .) | nindent 6 }}
      {{- include "hbnb.spread" . | nindent 6 }}
      terminationGracePeriodSeconds: {{ .root.Values.shutdown.graceSeconds }}
      {{- with .initContainers }}
      initContainers:
        {{- . | nindent 8 }}
      {{- end }}
      containers:
        - name: {{ .component }}
          image: {{ include "hbnb.image" (dict "root" .root "image" .values.image) }}
          imagePullPolicy: {{ .root.Values.image.pullPolicy }}
          ports:
            - { name: http, containerPort: 8080 }
            - { name: admin, containerPort: 9090 }
          env:
            {{- $own := printf "%s\n%s" (include "hbnb.env" .root) (.env | default "") }}
            {{- include "hbnb.variables" (dict "own" $own "extra" .values.extraEnv) | nindent 12 }}
          {{- include "hbnb.probes" . | nindent 10 }}
          {{- include "hbnb.preStop" .root | nindent 10 }}
          resources:
            {{- toYaml .values.resources | nindent 12 }}
          securityContext:
            {{- include "hbnb.containerSecurity" . | nindent 12 }}
          {{- if or .mounts .values.extraVolumeMounts }}
          volumeMounts:
            {{- with .mounts }}
            {{- . | nindent 12 }}
            {{- end }}
            {{- with .values.extraVolumeMounts }}
            {{- toYaml . | nindent 12 }}
            {{- end }}
          {{- end }}
      {{- if or .volumes .values.extraVolumes }}
      volumes:
        {{- with .volumes }}
        {{- . | nindent 8 }}
        {{- end }}
        {{- with .values.extraVolumes }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
      {{- end }}
---
{{ include "hbnb.around" . }}
---
apiVersion: v1
kind: Service
metadata:
  {{- include "hbnb.metadata" . | nindent 2 }}
spec:
  type: ClusterIP
  {{- with .values.service.trafficDistribution }}
  trafficDistribution: {{ . }}
  {{- end }}
  selector:
    {{- include "hbnb.selector" . | nindent 4 }}
  ports:
    - { name: http, port: 8080, targetPort: http }
{{- end }}

{{/* Pods of the API are not ready before the Job of the migrations is done, nor, at the first installation, those of the pages. */}}
{{- define "hbnb.progress" -}}
{{- $waits := and (ne .component "assets") (eq (include "hbnb.migrations" .root) "job") }}
{{- ternary (max 300 (add .root.Values.migrations.timeout 60)) 300 $waits }}
{{- end }}

{{/* The account, the budget of disruptions and the scaling of a component. */}}
{{- define "hbnb.around" -}}
{{- include "hbnb.serviceAccount" . }}
{{- $least := ternary .values.autoscaling.min (include "hbnb.replicas" .values) .values.autoscaling.enabled }}
{{- if and .root.Values.pdb.enabled (gt (int $least) 1) }}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  {{- include "hbnb.metadata" . | nindent 2 }}
spec:
  maxUnavailable: 1
  unhealthyPodEvictionPolicy: AlwaysAllow
  selector:
    matchLabels:
      {{- include "hbnb.selector" . | nindent 6 }}
{{- end }}
{{- if .values.autoscaling.enabled }}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata:
  {{- include "hbnb.metadata" . | nindent 2 }}
spec:
  scaleTargetRef:
    apiVersion: apps/v1
    kind: Deployment
    name: {{ include "hbnb.fullname" .root }}-{{ .component }}
  minReplicas: {{ .values.autoscaling.min }}
  maxReplicas: {{ .values.autoscaling.max }}
  metrics:
    - type: Resource
      resource:
        name: cpu
        target: { type: Utilization, averageUtilization: {{ .values.autoscaling.cpu }} }
    {{- if .values.autoscaling.inFlight }}
    - type: Pods
      pods:
        metric: { name: http_requests_in_flight }
        target: { type: AverageValue, averageValue: {{ .values.autoscaling.inFlight | quote }} }
    {{- end }}
  behavior:
    scaleUp:
      stabilizationWindowSeconds: 0
      policies: [{ type: Percent, value: 100, periodSeconds: 15 }]
    scaleDown:
      stabilizationWindowSeconds: 300
      policies: [{ type: Pods, value: 1, periodSeconds: 60 }]
{{- end }}
{{- end }}
