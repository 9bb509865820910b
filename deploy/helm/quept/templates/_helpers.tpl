{{- define "quept.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{/* Short enough for "-metrics" behind it. Releases may have dots in their names, and Services may not. */}}
{{- define "quept.fullname" -}}
{{- $name := printf "%s-%s" .Release.Name (include "quept.name" .) -}}
{{- if .Values.fullnameOverride -}}
{{- $name = .Values.fullnameOverride -}}
{{- else if contains (include "quept.name" .) .Release.Name -}}
{{- $name = .Release.Name -}}
{{- end -}}
{{- $name | replace "." "-" | trunc 54 | trimSuffix "-" -}}
{{- end -}}

{{- define "quept.selectorLabels" -}}
app.kubernetes.io/name: {{ include "quept.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "quept.labels" -}}
{{ include "quept.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end -}}

{{- define "quept.image" -}}
{{- if .Values.image.digest -}}
{{ .Values.image.repository }}@{{ .Values.image.digest }}
{{- else -}}
{{ .Values.image.repository }}:{{ default .Chart.AppVersion .Values.image.tag }}
{{- end -}}
{{- end -}}

{{- define "quept.serviceAccount" -}}
{{- if .Values.serviceAccount.create -}}
{{ default (include "quept.fullname" .) .Values.serviceAccount.name }}
{{- else -}}
{{ default "default" .Values.serviceAccount.name }}
{{- end -}}
{{- end -}}

{{/* The Secret with the keys file; empty where the servers have none. */}}
{{- define "quept.keysSecret" -}}
{{- if .Values.keys.existingSecret -}}
{{ .Values.keys.existingSecret }}
{{- else if .Values.keys.entries -}}
{{ include "quept.fullname" . }}-keys
{{- end -}}
{{- end -}}

{{/* The settings, as the config file has them. What the chart decides wins. */}}
{{- define "quept.config" -}}
{{- $own := dict "host" "0.0.0.0" "port" (int .Values.ports.http) "metricsPort" (int .Values.ports.metrics) "drainMs" (int .Values.shutdown.drainMs) "threads" (int .Values.threads) -}}
{{- $_ := set $own "grpcPort" (ternary (int .Values.ports.grpc) "off" .Values.grpc.enabled) -}}
{{- if include "quept.keysSecret" . -}}
{{- $_ := set $own "keys" "/etc/quept/keys/keys.json" -}}
{{- else -}}
{{- $_ := set $own "insecure" true -}}
{{- end -}}
{{- if ne .Values.model.source "image" -}}
{{- $_ := set $own "model" (clean (printf "/models/%s" .Values.model.path)) -}}
{{- end -}}
{{- mergeOverwrite (deepCopy .Values.config) $own | toPrettyJson -}}
{{- end -}}

{{/* What cannot be served, said before anything is made. */}}
{{- define "quept.check" -}}
{{- if and (not (include "quept.keysSecret" .)) (not .Values.insecure) -}}
{{- fail "Without API keys the servers would answer everyone who reaches them. Set keys.existingSecret or keys.entries (quept keys create makes entries), or insecure: true where something in front asks who is calling." -}}
{{- end -}}
{{- if and .Values.keys.existingSecret .Values.keys.entries -}}
{{- fail "keys.existingSecret and keys.entries exclude one another: add the entries to that Secret." -}}
{{- end -}}
{{- if and .Values.redis.existingSecret (not (include "quept.keysSecret" .)) -}}
{{- fail "redis.existingSecret: limits belong to API keys, and there are none." -}}
{{- end -}}
{{- if and (eq .Values.model.source "claim") (not .Values.model.claim) -}}
{{- fail "model.source is claim: name the PersistentVolumeClaim in model.claim." -}}
{{- end -}}
{{- if and (eq .Values.model.source "volume") (not .Values.model.volume) -}}
{{- fail "model.source is volume: say which in model.volume." -}}
{{- end -}}
{{- if and .Values.inferencePool.enabled (not .Values.inferencePool.endpointPicker.name) -}}
{{- fail "inferencePool.enabled: name the Service of the endpoint picker in inferencePool.endpointPicker.name." -}}
{{- end -}}
{{- if and .Values.inferencePool.httpRoute.enabled (not .Values.inferencePool.enabled) -}}
{{- fail "inferencePool.httpRoute.enabled: a route needs the pool; set inferencePool.enabled." -}}
{{- end -}}
{{- if gt (int .Values.autoscaling.minReplicas) (int .Values.autoscaling.maxReplicas) -}}
{{- fail "autoscaling.minReplicas must not exceed autoscaling.maxReplicas." -}}
{{- end -}}
{{- $ports := list .Values.ports.http .Values.ports.metrics -}}
{{- if .Values.grpc.enabled -}}
{{- $ports = append $ports .Values.ports.grpc -}}
{{- end -}}
{{- if ne (len (uniq $ports)) (len $ports) -}}
{{- fail "ports.http, ports.grpc and ports.metrics must differ." -}}
{{- end -}}
{{- $published := ne .Values.service.type "ClusterIP" -}}
{{- if .Values.grpc.enabled -}}
{{- $published = or $published (ne .Values.grpc.service.type "ClusterIP") -}}
{{- end -}}
{{- if and $published .Values.networkPolicy.enabled (not .Values.networkPolicy.clients) -}}
{{- fail "service.type publishes the servers, and the NetworkPolicy lets in pods of the cluster alone: say in networkPolicy.clients who may come ({ ipBlock: { cidr: 0.0.0.0/0 } } is everyone)." -}}
{{- end -}}
{{- range $key := list "host" "port" "grpcPort" "metricsPort" "keys" "insecure" "drainMs" "drainDelayMs" "model" "keyEntries" "redisUrl" "threads" -}}
{{- if hasKey $.Values.config $key -}}
{{- fail (printf "config.%s is the chart's to set; see ports, keys, redis, insecure, threads, shutdown and model." $key) -}}
{{- end -}}
{{- $variable := printf "QUEPT_%s" (upper (snakecase $key)) -}}
{{- range $.Values.extraEnv -}}
{{- if eq .name $variable -}}
{{- fail (printf "extraEnv: %s is the chart's to set; see ports, keys, redis, insecure, threads, shutdown and model." $variable) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
