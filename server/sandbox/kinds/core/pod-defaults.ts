/**
 * Defaults of a Pod specification, in a Pod or in a workload's template.
 * Source: SetDefaults_* of k8s.io/kubernetes/pkg/apis/core/v1/defaults.go (1.33), plus the fields that
 * Go's encoder always writes (`resources: {}`, `creationTimestamp: null`).
 */
import type { JsonObject } from '@/lib/shared/json'
import { numberAt, objectAt, objectsAt, setDefault, setDefaultText, stringAt } from './json-access'

const FILE_MODE = 0o644

/** Fills the defaults of a PodSpec in place. */
export function defaultPodSpec(spec: JsonObject): void {
  for (const list of ['initContainers', 'containers', 'ephemeralContainers']) {
    for (const container of objectsAt(spec, list)) defaultContainer(container)
  }
  for (const volume of objectsAt(spec, 'volumes')) defaultVolume(volume)
  setDefaultText(spec, 'restartPolicy', 'Always')
  setDefault(spec, 'terminationGracePeriodSeconds', 30)
  // Negative periods were allowed once and mean the shortest.
  if ((numberAt(spec, 'terminationGracePeriodSeconds') ?? 0) < 0) {
    spec['terminationGracePeriodSeconds'] = 1
  }
  setDefaultText(spec, 'dnsPolicy', 'ClusterFirst')
  defaultServiceAccount(spec)
  setDefault(spec, 'securityContext', {})
  setDefaultText(spec, 'schedulerName', 'default-scheduler')
}

/** Fills the defaults of a PodTemplateSpec in place; an absent template stays absent. */
export function defaultPodTemplate(workloadSpec: JsonObject): void {
  const template = objectAt(workloadSpec, 'template')
  if (template === undefined) return
  setDefault(template, 'metadata', {})
  const metadata = objectAt(template, 'metadata')
  if (metadata !== undefined && metadata['creationTimestamp'] === undefined) {
    metadata['creationTimestamp'] = null
  }
  setDefault(template, 'spec', {})
  const spec = objectAt(template, 'spec')
  if (spec !== undefined) defaultPodSpec(spec)
}

/** `serviceAccount` is the deprecated alias; both spellings are always written. */
function defaultServiceAccount(spec: JsonObject): void {
  const name = stringAt(spec, 'serviceAccountName') || stringAt(spec, 'serviceAccount')
  if (name === '') return
  spec['serviceAccountName'] = name
  spec['serviceAccount'] = name
}

function defaultContainer(container: JsonObject): void {
  for (const port of objectsAt(container, 'ports')) setDefaultText(port, 'protocol', 'TCP')
  for (const variable of objectsAt(container, 'env')) {
    const fieldRef = objectAt(objectAt(variable, 'valueFrom'), 'fieldRef')
    if (fieldRef !== undefined) setDefaultText(fieldRef, 'apiVersion', 'v1')
  }
  for (const probe of ['livenessProbe', 'readinessProbe', 'startupProbe']) {
    const declared = objectAt(container, probe)
    if (declared !== undefined) defaultProbe(declared)
  }
  const lifecycle = objectAt(container, 'lifecycle')
  for (const hook of ['postStart', 'preStop']) defaultHttpGet(objectAt(lifecycle, hook))
  setDefault(container, 'resources', {})
  defaultRequests(objectAt(container, 'resources'))
  setDefaultText(container, 'terminationMessagePath', '/dev/termination-log')
  setDefaultText(container, 'terminationMessagePolicy', 'File')
  setDefaultText(container, 'imagePullPolicy', pullPolicyOf(stringAt(container, 'image')))
}

/** A limit without a request asks for as much as the limit. */
function defaultRequests(resources: JsonObject | undefined): void {
  const limits = objectAt(resources, 'limits')
  if (resources === undefined || limits === undefined) return
  setDefault(resources, 'requests', {})
  const requests = objectAt(resources, 'requests')
  for (const [name, quantity] of Object.entries(limits)) {
    if (requests !== undefined) setDefault(requests, name, quantity)
  }
}

/** Images without a tag, or tagged `latest`, are always pulled. */
function pullPolicyOf(image: string): 'Always' | 'IfNotPresent' {
  if (image.includes('@')) return 'IfNotPresent'
  const lastSegment = image.slice(image.lastIndexOf('/') + 1)
  const tag = lastSegment.includes(':') ? lastSegment.slice(lastSegment.indexOf(':') + 1) : 'latest'
  return tag === 'latest' ? 'Always' : 'IfNotPresent'
}

function defaultProbe(probe: JsonObject): void {
  defaultHttpGet(probe)
  const grpc = objectAt(probe, 'grpc')
  if (grpc !== undefined) setDefault(grpc, 'service', '')
  setDefault(probe, 'timeoutSeconds', 1)
  setDefault(probe, 'periodSeconds', 10)
  setDefault(probe, 'successThreshold', 1)
  setDefault(probe, 'failureThreshold', 3)
}

function defaultHttpGet(handler: JsonObject | undefined): void {
  const httpGet = objectAt(handler, 'httpGet')
  if (httpGet === undefined) return
  setDefaultText(httpGet, 'path', '/')
  setDefaultText(httpGet, 'scheme', 'HTTP')
}

function defaultVolume(volume: JsonObject): void {
  const hasSource = Object.keys(volume).some((key) => key !== 'name')
  if (!hasSource) volume['emptyDir'] = {}
  for (const source of ['secret', 'configMap', 'downwardAPI', 'projected']) {
    const declared = objectAt(volume, source)
    if (declared !== undefined) setDefault(declared, 'defaultMode', FILE_MODE)
  }
  defaultDownwardItems(objectAt(volume, 'downwardAPI'))
  for (const source of objectsAt(objectAt(volume, 'projected'), 'sources')) {
    defaultDownwardItems(objectAt(source, 'downwardAPI'))
    const token = objectAt(source, 'serviceAccountToken')
    if (token !== undefined) setDefault(token, 'expirationSeconds', 3600)
  }
  const hostPath = objectAt(volume, 'hostPath')
  if (hostPath !== undefined) setDefault(hostPath, 'type', '')
}

function defaultDownwardItems(source: JsonObject | undefined): void {
  for (const item of objectsAt(source, 'items')) {
    const fieldRef = objectAt(item, 'fieldRef')
    if (fieldRef !== undefined) setDefaultText(fieldRef, 'apiVersion', 'v1')
  }
}
