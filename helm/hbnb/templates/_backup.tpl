{{/* A pod that dumps the internal database into its volume. */}}
{{- define "hbnb.backupPod" -}}
{{- $root := .root }}
metadata:
  labels:
    {{- include "hbnb.labels" . | nindent 4 }}
  {{- with include "hbnb.podAnnotations" . }}
  annotations:
    {{- . | nindent 4 }}
  {{- end }}
spec:
  {{- include "hbnb.pod" . | nindent 2 }}
  restartPolicy: Never
  containers:
    - name: backup
      image: {{ include "hbnb.image" (dict "root" $root "image" $root.Values.database.internal.image) }}
      imagePullPolicy: {{ $root.Values.image.pullPolicy }}
      # Whole under its name, or not there; then the oldest go. What is left of one that failed would take the room of the next.
      command: [bash, -euo, pipefail, -c]
      args:
        - |
          PGPASSWORD=$(cat /run/hbnb/secrets/database/password)
          export PGPASSWORD
          host={{ include "hbnb.fullname" $root }}-db
          # One after the other: another Job may be at it.
          exec 9>/backup/.lock
          flock 9
          rm -f /backup/*.part
          until pg_isready --quiet --host="$host" --username=hbnb; do sleep 1; done
          file=/backup/hbnb-$(date -u +%Y%m%dT%H%M%SZ).sql.gz
          pg_dump --host="$host" --username=hbnb --clean --if-exists hbnb | gzip >"$file.part"
          mv "$file.part" "$file"
          ls -1t /backup/hbnb-*.sql.gz | tail -n +{{ add $root.Values.database.internal.backup.keep 1 }} | xargs -r rm -f
          ls -l /backup
      resources:
        requests: { cpu: 50m, memory: 64Mi }
        limits: { memory: 256Mi }
      securityContext:
        {{- include "hbnb.containerSecurity" $root | nindent 8 }}
      volumeMounts:
        - { name: backup, mountPath: /backup }
        {{- include "hbnb.databaseMount" $root | nindent 8 }}
  volumes:
    - name: backup
      persistentVolumeClaim: { claimName: {{ include "hbnb.fullname" $root }}-backup }
    {{- include "hbnb.databaseVolume" $root | nindent 4 }}
{{- end }}
