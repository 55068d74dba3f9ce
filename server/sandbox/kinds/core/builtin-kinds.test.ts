import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import type { JsonObject } from '@/lib/shared/json'
import { isJsonObject } from '@/lib/shared/json-values'
import type { BuiltinKind } from '../../api/contracts'
import { humanDuration } from '../../api/human-duration'
import { BUILTIN_KINDS } from './builtin-kinds'
import { coreSchema } from './core-schemas'
import { objectAt, objectIn, objectsAt, stringAt } from './json-access'
import { DATA_BYTES_MAX } from './keyed-data-rules'

const IMAGE = 'gcr.io/k8s-staging-gateway-api/echo-basic:v1'
const NOW = Date.parse('2026-11-23T12:00:00Z')

function kindNamed(name: string): BuiltinKind {
  const found = BUILTIN_KINDS.find(({ resource }) => resource.kind === name)
  if (found === undefined) throw new Error(`${name} is not built in`)
  return found
}

/** What a create stores, by the server's order of steps. */
function create(kindName: string, object: JsonObject, taken: readonly string[] = []): JsonObject {
  const kind = kindNamed(kindName)
  const defaulted = kind.applyDefaults(object)
  return kind.allocate?.(defaulted, (_field, value) => taken.includes(value)) ?? defaulted
}

/** `field: message` of every error of a create. */
function errorsOf(kindName: string, object: JsonObject): string[] {
  return kindNamed(kindName)
    .validateCreate(create(kindName, object))
    .map(({ field, message }) => `${field}: ${message}`)
}

function updateErrors(kindName: string, object: JsonObject, old: JsonObject): string[] {
  const kind = kindNamed(kindName)
  const before = create(kindName, old)
  const after = kind.applyDefaults(object)
  return kind
    .validateUpdate(kind.prepareUpdate?.(after, before) ?? after, before)
    .map(({ field, message }) => `${field}: ${message}`)
}

const named = (name: string): JsonObject => ({ name, namespace: 'default' })
const service = (spec: JsonObject, name = 's1'): JsonObject => ({ metadata: named(name), spec })
const pod = (spec: JsonObject): JsonObject => ({ metadata: named('p1'), spec })
const template = (changes: JsonObject = {}): JsonObject => ({
  metadata: { labels: { app: 'b' } },
  spec: { containers: [{ name: 'c', image: IMAGE }], ...changes },
})
const deployment = (spec: JsonObject = {}): JsonObject => ({
  metadata: named('d1'),
  spec: { selector: { matchLabels: { app: 'b' } }, template: template(), ...spec },
})

describe('kinds', () => {
  test('are those that the sandbox has, with their short names', () => {
    expect(
      BUILTIN_KINDS.map(({ resource, shortNames, categories }) => [
        resource.plural,
        shortNames.join(),
        categories.join(),
      ]),
    ).toEqual([
      ['configmaps', 'cm', ''],
      ['events', 'ev', ''],
      ['namespaces', 'ns', ''],
      ['nodes', 'no', ''],
      ['pods', 'po', 'all'],
      ['secrets', '', ''],
      ['serviceaccounts', 'sa', ''],
      ['services', 'svc', 'all'],
      ['deployments', 'deploy', 'all'],
      ['replicasets', 'rs', 'all'],
      ['jobs', '', 'all'],
      ['leases', '', ''],
      ['endpointslices', '', ''],
      ['clusterrolebindings', '', ''],
      ['clusterroles', '', ''],
      ['rolebindings', '', ''],
      ['roles', '', ''],
    ])
  })

  test.each(BUILTIN_KINDS)('$resource.kind does not change what it is given', (kind) => {
    const object: JsonObject = { metadata: named('a'), spec: { template: template() } }
    const before = structuredClone(object)
    kind.applyDefaults(object)
    kind.allocate?.(object, () => false)
    kind.prepareUpdate?.(object, object)
    expect(object).toEqual(before)
  })

  test.each(BUILTIN_KINDS)('$resource.kind has the same defaults when applied twice', (kind) => {
    const object: JsonObject = { metadata: named('a'), spec: { template: template() } }
    const once = kind.applyDefaults(object)
    expect(kind.applyDefaults(once)).toEqual(once)
  })

  test.each(BUILTIN_KINDS)('$resource.kind has as many cells as columns', (kind) => {
    const cells = kind.toCells({ metadata: named('a') }, NOW)
    expect(cells).toHaveLength(kind.columns.length)
  })
})

/** Sub-schema at a dotted path, through list items. */
function schemaAt(root: JsonObject, path: string): JsonObject {
  let schema = root
  for (const step of path.split('.')) {
    const items = objectAt(schema, 'items') ?? schema
    schema = objectIn(items, 'properties', step) ?? {}
  }
  return schema
}

/** Every distinct sub-schema with one path it is found at. */
function collectSchemas(schema: JsonObject, path: string, into: Map<JsonObject, string>): void {
  if (into.has(schema)) return
  into.set(schema, path)
  const named = Object.entries(objectAt(schema, 'properties') ?? {})
  const inner = ['items', 'additionalProperties'].map((key) => [key, schema[key]] as const)
  for (const [name, value] of [...named, ...inner]) {
    if (isJsonObject(value)) collectSchemas(value, `${path}.${name}`, into)
  }
}

describe('schemas', () => {
  const podSchema = kindNamed('Pod').schema
  test.each([
    ['spec.containers', ['name'], 'name'],
    ['spec.containers.ports', ['containerPort', 'protocol'], 'containerPort'],
    ['spec.containers.env', ['name'], 'name'],
    ['metadata.ownerReferences', ['uid'], 'uid'],
    ['status.conditions', ['type'], 'type'],
  ])('%s is a map by %j that a strategic patch merges by %s', (path, keys, mergeKey) => {
    expect(schemaAt(podSchema, path)).toMatchObject({
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': keys,
      'x-kubernetes-patch-merge-key': mergeKey,
      'x-kubernetes-patch-strategy': 'merge',
    })
  })

  test('treats selectors, commands and references as one value', () => {
    const spec = kindNamed('Deployment').schema
    expect(schemaAt(spec, 'spec.selector')['x-kubernetes-map-type']).toBe('atomic')
    expect(schemaAt(kindNamed('Service').schema, 'spec.selector')['x-kubernetes-map-type']).toBe(
      'atomic',
    )
    expect(schemaAt(podSchema, 'spec.containers.command')['x-kubernetes-list-type']).toBe('atomic')
    const fieldRef = schemaAt(podSchema, 'spec.containers.env.valueFrom.fieldRef')
    expect(fieldRef['x-kubernetes-map-type']).toBe('atomic')
  })

  test('allows numbers as quantities and null as an unset time', () => {
    const limits = schemaAt(podSchema, 'spec.containers.resources.limits')
    expect(limits['additionalProperties']).toEqual({ 'x-kubernetes-int-or-string': true })
    expect(schemaAt(podSchema, 'metadata.creationTimestamp')['nullable']).toBe(true)
  })

  test('gives every list a type, describes every property and leaves no reference open', () => {
    const all = new Map<JsonObject, string>()
    for (const { schema, resource } of BUILTIN_KINDS) collectSchemas(schema, resource.kind, all)
    expect(all.size).toBeGreaterThan(500)
    for (const [schema, path] of all) {
      expect(schema['$ref'], path).toBeUndefined()
      if (schema['type'] === 'array') expect(schema['x-kubernetes-list-type'], path).toBeDefined()
      for (const [name, property] of Object.entries(objectAt(schema, 'properties') ?? {})) {
        const description = isJsonObject(property) ? stringAt(property, 'description') : ''
        expect(description, `${path}.${name}`).not.toBe('')
      }
    }
  })

  test('shares equal parts, and refuses to name a model it does not know', () => {
    expect(coreSchema('V1Pod')).toBe(coreSchema('V1Pod'))
    expect(() => coreSchema('V1Nothing')).toThrow('No core model is called V1Nothing')
  })
})

describe('defaults', () => {
  test('fill in a Service and allocate its address away from taken ones', () => {
    const first = create('Service', service({ ports: [{ port: 80 }], selector: { app: 'b' } }))
    const spec = objectAt(first, 'spec')
    const address = stringAt(spec, 'clusterIP')
    expect(spec).toEqual({
      ports: [{ port: 80, protocol: 'TCP', targetPort: 80 }],
      selector: { app: 'b' },
      type: 'ClusterIP',
      sessionAffinity: 'None',
      internalTrafficPolicy: 'Cluster',
      clusterIP: address,
      clusterIPs: [address],
      ipFamilies: ['IPv4'],
      ipFamilyPolicy: 'SingleStack',
    })
    expect(address).toMatch(/^10\.(9[6-9]|10\d|11[01])\./)
    expect(first['status']).toEqual({ loadBalancer: {} })
    const second = create('Service', service({ ports: [{ port: 80 }] }), [address])
    expect(objectAt(second, 'spec')?.['clusterIP']).not.toBe(address)
  })

  test('leave headless and external Services without an address of their own', () => {
    const headless = create('Service', service({ clusterIP: 'None', selector: { a: 'b' } }))
    expect(objectAt(headless, 'spec')).toMatchObject({ clusterIP: 'None', clusterIPs: ['None'] })
    const external = create('Service', service({ type: 'ExternalName', externalName: 'a.example' }))
    expect(objectAt(external, 'spec')?.['clusterIP']).toBeUndefined()
  })

  test('allocate node ports for types that need them', () => {
    const stored = create('Service', service({ type: 'NodePort', ports: [{ port: 80 }] }))
    const [port] = objectsAt(objectAt(stored, 'spec'), 'ports')
    expect(port?.['nodePort']).toBeGreaterThanOrEqual(30_000)
    expect(port?.['nodePort']).toBeLessThanOrEqual(32_767)
  })

  test('keep the address in a full update that leaves it out', () => {
    const kind = kindNamed('Service')
    const old = create('Service', service({ ports: [{ port: 80 }] }))
    const update = kind.applyDefaults(service({ ports: [{ port: 81 }] }))
    const prepared = kind.prepareUpdate?.(update, old) ?? update
    expect(objectAt(prepared, 'spec')?.['clusterIP']).toBe(objectAt(old, 'spec')?.['clusterIP'])
    expect(kind.validateUpdate(prepared, old)).toEqual([])
  })

  test.each([
    ['echo-basic', 'Always'],
    ['echo-basic:latest', 'Always'],
    ['localhost:5000/echo-basic', 'Always'],
    ['echo-basic:v1', 'IfNotPresent'],
    ['echo-basic@sha256:00', 'IfNotPresent'],
  ])('pull %s by policy %s', (image, policy) => {
    const stored = create('Pod', pod({ containers: [{ name: 'c', image }] }))
    const [container] = objectsAt(objectAt(stored, 'spec'), 'containers')
    expect(container?.['imagePullPolicy']).toBe(policy)
  })

  test('make a Pod pending, with the service account, tolerations and priority of admission', () => {
    const stored = create('Pod', pod({ containers: [{ name: 'c', image: IMAGE }] }))
    expect(stored['status']).toEqual({ phase: 'Pending', qosClass: 'BestEffort' })
    expect(objectAt(stored, 'spec')).toMatchObject({
      serviceAccountName: 'default',
      priority: 0,
      enableServiceLinks: true,
      tolerations: [
        { key: 'node.kubernetes.io/not-ready', effect: 'NoExecute', tolerationSeconds: 300 },
        { key: 'node.kubernetes.io/unreachable', effect: 'NoExecute', tolerationSeconds: 300 },
      ],
    })
  })

  test.each([
    [{ limits: { cpu: '1', memory: '1Gi' } }, 'Guaranteed'],
    [{ requests: { cpu: '1' } }, 'Burstable'],
  ])('class a Pod with %j as %s', (resources, qosClass) => {
    const stored = create('Pod', pod({ containers: [{ name: 'c', image: IMAGE, resources }] }))
    expect(objectAt(stored, 'status')?.['qosClass']).toBe(qosClass)
  })

  test('fold stringData of a Secret into data', () => {
    const stored = create('Secret', {
      metadata: named('s'),
      data: { a: 'MQ==', b: 'MQ==' },
      stringData: { b: '2' },
    })
    expect(stored).toEqual({
      metadata: named('s'),
      type: 'Opaque',
      data: { a: 'MQ==', b: 'Mg==' },
    })
  })

  test('label a Namespace with its name and give it a phase and a finalizer', () => {
    expect(create('Namespace', { metadata: { name: 'team' } })).toEqual({
      metadata: { name: 'team', labels: { 'kubernetes.io/metadata.name': 'team' } },
      spec: { finalizers: ['kubernetes'] },
      status: { phase: 'Active' },
    })
  })

  test('leave rollingUpdate out of a Recreate strategy', () => {
    const stored = create('Deployment', deployment({ strategy: { type: 'Recreate' } }))
    expect(objectIn(stored, 'spec', 'strategy')).toEqual({ type: 'Recreate' })
  })

  test('fill in probes, volumes and requests', () => {
    const stored = create(
      'Pod',
      pod({
        containers: [
          {
            name: 'c',
            image: IMAGE,
            readinessProbe: { httpGet: { port: 3000 } },
            resources: { limits: { cpu: '1' } },
          },
        ],
        volumes: [{ name: 'v' }, { name: 'w', configMap: { name: 'm' } }],
      }),
    )
    const spec = objectAt(stored, 'spec')
    expect(objectsAt(spec, 'containers')[0]).toMatchObject({
      readinessProbe: {
        httpGet: { port: 3000, path: '/', scheme: 'HTTP' },
        timeoutSeconds: 1,
        periodSeconds: 10,
        successThreshold: 1,
        failureThreshold: 3,
      },
      resources: { limits: { cpu: '1' }, requests: { cpu: '1' } },
    })
    expect(objectsAt(spec, 'volumes')).toEqual([
      { name: 'v', emptyDir: {} },
      { name: 'w', configMap: { name: 'm', defaultMode: 420 } },
    ])
  })
})

describe('validation', () => {
  const container = (changes: JsonObject) =>
    pod({ containers: [{ name: 'c', image: IMAGE, ...changes }] })
  test.each<[string, string, JsonObject, string[]]>([
    ['a Service without ports', 'Service', service({}), ['spec.ports: Required value']],
    [
      'several ports without names',
      'Service',
      service({ ports: [{ port: 1 }, { port: 2 }] }),
      ['spec.ports[0].name: Required value', 'spec.ports[1].name: Required value'],
    ],
    [
      'a Service type that does not exist',
      'Service',
      service({ type: 'Magic', ports: [{ port: 1 }] }),
      [
        'spec.type: Unsupported value: "Magic": supported values: "ClusterIP", "ExternalName", "LoadBalancer", "NodePort"',
      ],
    ],
    [
      'a protocol that does not exist',
      'Service',
      service({ ports: [{ port: 1, protocol: 'HTTP' }] }),
      ['spec.ports[0].protocol: Unsupported value: "HTTP": supported values: "SCTP", "TCP", "UDP"'],
    ],
    [
      'an address outside the Service network',
      'Service',
      service({ clusterIP: '192.168.0.1', ports: [{ port: 1 }] }),
      [
        'spec.clusterIPs: Invalid value: []string{"192.168.0.1"}: failed to allocate IP 192.168.0.1: the provided IP (192.168.0.1) is not in the valid range. The range of valid IPs is 10.96.0.0/12',
      ],
    ],
    [
      'a Deployment without a selector',
      'Deployment',
      deployment({ selector: null }),
      [
        'spec.selector: Required value',
        'spec.template.metadata.labels: Invalid value: map[string]string{"app":"b"}: `selector` does not match template `labels`',
      ],
    ],
    [
      'an empty selector',
      'Deployment',
      deployment({ selector: {} }),
      [
        'spec.selector: Invalid value: v1.LabelSelector{MatchLabels:map[string]string(nil), MatchExpressions:[]v1.LabelSelectorRequirement(nil)}: empty selector is invalid for deployment',
      ],
    ],
    [
      'negative replicas',
      'Deployment',
      deployment({ replicas: -1 }),
      ['spec.replicas: Invalid value: -1: must be greater than or equal to 0'],
    ],
    [
      'a rollout that may neither surge nor lack',
      'Deployment',
      deployment({ strategy: { rollingUpdate: { maxSurge: 0, maxUnavailable: 0 } } }),
      [
        'spec.strategy.rollingUpdate.maxUnavailable: Invalid value: intstr.IntOrString{Type:0, IntVal:0, StrVal:""}: may not be 0 when `maxSurge` is 0',
      ],
    ],
    [
      'restarts other than Always in a template',
      'Deployment',
      deployment({ template: template({ restartPolicy: 'Never' }) }),
      ['spec.template.spec.restartPolicy: Unsupported value: "Never": supported values: "Always"'],
    ],
    [
      'a template without containers',
      'Deployment',
      deployment({ template: template({ containers: [] }) }),
      ['spec.template.spec.containers: Required value'],
    ],
    [
      'a container without image',
      'Pod',
      container({ image: '' }),
      ['spec.containers[0].image: Required value'],
    ],
    [
      'a container port out of range',
      'Pod',
      container({ ports: [{ containerPort: 70_000 }] }),
      [
        'spec.containers[0].ports[0].containerPort: Invalid value: 70000: must be between 1 and 65535, inclusive',
      ],
    ],
    [
      'an unknown field path',
      'Pod',
      container({ env: [{ name: 'A', valueFrom: { fieldRef: { fieldPath: 'spec.other' } } }] }),
      [
        'spec.containers[0].env[0].valueFrom.fieldRef.fieldPath: Invalid value: "spec.other": error converting fieldPath: field label not supported: spec.other',
      ],
    ],
    [
      'a mount without its volume',
      'Pod',
      container({ volumeMounts: [{ name: 'v', mountPath: '/v' }] }),
      ['spec.containers[0].volumeMounts[0].name: Not found: "v"'],
    ],
    [
      'a bad ConfigMap key',
      'ConfigMap',
      { metadata: named('c'), data: { 'a b': '1' } },
      [
        "data[a b]: Invalid value: \"a b\": a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')",
      ],
    ],
    [
      'a ConfigMap above its limit',
      'ConfigMap',
      { metadata: named('c'), data: { a: 'x'.repeat(DATA_BYTES_MAX + 1) } },
      [': Too long: may not be more than 1048576 bytes'],
    ],
    [
      'a TLS Secret without its key',
      'Secret',
      { metadata: named('t'), type: 'kubernetes.io/tls', data: { 'tls.crt': 'MQ==' } },
      ['data[tls.key]: Required value'],
    ],
    [
      'a Namespace with a dot',
      'Namespace',
      { metadata: { name: 'a.b' } },
      ['metadata.name: Invalid value: "a.b": must not contain dots'],
    ],
    [
      'an EndpointSlice without addresses',
      'EndpointSlice',
      { metadata: named('e'), addressType: 'IPv4', endpoints: [{ addresses: [] }] },
      ['endpoints[0].addresses: Required value: must contain at least 1 address'],
    ],
    [
      'an Event about another namespace',
      'Event',
      { metadata: named('e'), involvedObject: { namespace: 'other' } },
      ['involvedObject.namespace: Invalid value: "other": does not match event.namespace'],
    ],
    ['a whole Deployment', 'Deployment', deployment(), []],
    [
      'a whole Service',
      'Service',
      service({
        ports: [
          { name: 'a', port: 1 },
          { name: 'b', port: 2, targetPort: 'web' },
        ],
      }),
      [],
    ],
  ])('of %s', (_what, kind, object, expected) => {
    expect(errorsOf(kind, object)).toEqual(expected)
  })

  test('keeps a selector, a cluster IP, a Secret type and immutable data as they are', () => {
    expect(
      updateErrors(
        'Deployment',
        deployment({
          selector: { matchLabels: { app: 'b', x: 'y' } },
          template: { ...template(), metadata: { labels: { app: 'b', x: 'y' } } },
        }),
        deployment(),
      ),
    ).toEqual([
      'spec.selector: Invalid value: v1.LabelSelector{MatchLabels:map[string]string{"app":"b", "x":"y"}, MatchExpressions:[]v1.LabelSelectorRequirement(nil)}: field is immutable',
    ])
    expect(
      updateErrors(
        'Service',
        service({ clusterIP: '10.96.1.1', ports: [{ port: 1 }] }),
        service({ clusterIP: '10.96.1.2', ports: [{ port: 1 }] }),
      ),
    ).toEqual(['spec.clusterIPs[0]: Invalid value: []string{"10.96.1.1"}: may not change once set'])
    expect(
      updateErrors('Secret', { metadata: named('s'), type: 'a/b' }, { metadata: named('s') }),
    ).toEqual(['type: Invalid value: "a/b": field is immutable'])
    expect(
      updateErrors(
        'ConfigMap',
        { metadata: named('c'), immutable: true, data: { a: '2' } },
        { metadata: named('c'), immutable: true, data: { a: '1' } },
      ),
    ).toEqual(['data: Forbidden: field is immutable when `immutable` is set'])
  })

  test('lets a Pod change its image and nothing else', () => {
    const old = pod({ containers: [{ name: 'c', image: IMAGE }] })
    const stored = create('Pod', old)
    const spec = objectAt(stored, 'spec') ?? {}
    const withImage = {
      ...stored,
      spec: {
        ...spec,
        containers: [{ ...objectsAt(spec, 'containers')[0], image: 'echo-basic:v2' }],
      },
    }
    expect(kindNamed('Pod').validateUpdate(withImage, stored)).toEqual([])
    const withHost = { ...stored, spec: { ...spec, hostname: 'h' } }
    expect(kindNamed('Pod').validateUpdate(withHost, stored)[0]?.message).toMatch(
      /^Forbidden: pod updates may not change fields other than/,
    )
  })
})

describe('generation', () => {
  test("moves with a Deployment's spec and annotations, but not with its labels or revision", () => {
    const kind = kindNamed('Deployment')
    const old = create('Deployment', deployment())
    const withMeta = (metadata: JsonObject) => ({
      ...old,
      metadata: { ...named('d1'), ...metadata },
    })
    expect(kind.changesGeneration(create('Deployment', deployment({ replicas: 2 })), old)).toBe(
      true,
    )
    expect(kind.changesGeneration(withMeta({ annotations: { a: 'b' } }), old)).toBe(true)
    expect(kind.changesGeneration(withMeta({ labels: { a: 'b' } }), old)).toBe(false)
    expect(
      kind.changesGeneration(
        withMeta({ annotations: { 'deployment.kubernetes.io/revision': '2' } }),
        old,
      ),
    ).toBe(false)
  })

  test('is not kept for kinds that have none', () => {
    expect(
      BUILTIN_KINDS.filter(({ tracksGeneration }) => tracksGeneration !== false).map(
        ({ resource }) => resource.kind,
      ),
    ).toEqual(['Deployment', 'ReplicaSet', 'Job', 'EndpointSlice'])
  })
})

describe('cells', () => {
  const since = (seconds: number) => new Date(NOW - seconds * 1_000).toISOString()
  const meta = { name: 'a', creationTimestamp: since(90) }
  const row = (kind: string, object: JsonObject) =>
    kindNamed(kind).toCells({ metadata: meta, ...object }, NOW)

  test('of Pods in every state', () => {
    const spec: JsonObject = { containers: [{ name: 'c' }], nodeName: 'n' }
    const running = { ready: true, restartCount: 0, state: { running: {} } }
    const status = (changes: JsonObject, container: JsonObject = running) =>
      row('Pod', { spec, status: { phase: 'Running', containerStatuses: [container], ...changes } })
    expect(status({ podIP: '127.1.0.1' })).toEqual([
      'a',
      '1/1',
      'Running',
      '0',
      '90s',
      '127.1.0.1',
      'n',
      '<none>',
      '<none>',
    ])
    const waiting = {
      ready: false,
      restartCount: 0,
      state: { waiting: { reason: 'ErrImagePull' } },
    }
    expect(status({ phase: 'Pending' }, waiting).slice(1, 4)).toEqual(['0/1', 'ErrImagePull', '0'])
    const restarted = {
      ...running,
      restartCount: 2,
      lastState: { terminated: { finishedAt: since(300) } },
    }
    expect(status({}, restarted)[3]).toBe('2 (5m ago)')
    const exited = { ready: false, restartCount: 0, state: { terminated: { exitCode: 3 } } }
    expect(status({}, exited)[2]).toBe('ExitCode:3')
    const going = { ...meta, deletionTimestamp: since(0) }
    expect(
      kindNamed('Pod').toCells({ metadata: going, spec, status: { phase: 'Running' } }, NOW)[2],
    ).toBe('Terminating')
  })

  test('of Services, EndpointSlices and Events', () => {
    expect(
      row('Service', {
        spec: {
          type: 'NodePort',
          clusterIP: '10.96.0.9',
          ports: [{ port: 80, nodePort: 30080, protocol: 'TCP' }],
          selector: { b: '2', a: '1' },
        },
      }),
    ).toEqual(['a', 'NodePort', '10.96.0.9', '<none>', '80:30080/TCP', '90s', 'a=1,b=2'])
    expect(row('Service', { spec: { type: 'LoadBalancer', ports: [] } }).slice(2, 5)).toEqual([
      '<none>',
      '<pending>',
      '<none>',
    ])
    const addresses = ['1', '2', '3', '4', '5'].map((last) => ({ addresses: [`127.1.0.${last}`] }))
    expect(
      row('EndpointSlice', { addressType: 'IPv4', ports: [{ port: 3000 }], endpoints: addresses }),
    ).toEqual(['a', 'IPv4', '3000', '127.1.0.1,127.1.0.2,127.1.0.3 + 2 more...', '90s'])
    expect(row('EndpointSlice', { addressType: 'IPv4' }).slice(2, 4)).toEqual([
      '<unset>',
      '<unset>',
    ])
    expect(
      row('Event', {
        involvedObject: { kind: 'Pod', name: 'p' },
        reason: 'Started',
        type: 'Normal',
        message: 'Started container c\n',
        lastTimestamp: since(10),
        firstTimestamp: since(70),
        count: 3,
        source: { component: 'kubelet', host: 'n' },
      }),
    ).toEqual([
      '10s',
      'Normal',
      'Started',
      'pod/p',
      '',
      'kubelet, n',
      'Started container c',
      '70s',
      3,
      'a',
    ])
  })

  test.each([
    [-5, '<invalid>'],
    [-0.5, '0s'],
    [0.9, '0s'],
    [119, '119s'],
    [120, '2m'],
    [330, '5m30s'],
    [600, '10m'],
    [10_799, '179m'],
    [10_800, '3h'],
    [12_660, '3h31m'],
    [28_800, '8h'],
    [172_800, '2d'],
    [180_000, '2d2h'],
    [8 * 86_400, '8d'],
    [800 * 86_400, '2y70d'],
    [9 * 365 * 86_400, '9y'],
  ])('print %d seconds as %s', (seconds, expected) => {
    expect(humanDuration(seconds * 1000)).toBe(expected)
  })
})

const CASES = fileURLToPath(new URL('../../../../../shared/kube-apiserver-cases/', import.meta.url))
const recorded = existsSync(CASES)
  ? readdirSync(CASES).filter(
      (name) =>
        /^3\d\d-(service|deployment)-/.test(name) &&
        existsSync(`${CASES}${name}/request.yaml`) &&
        !name.includes('unknown-field'),
    )
  : []

describe.skipIf(recorded.length === 0)(
  'what a real API server answered (skipped without the recordings)',
  () => {
    test.each(recorded)('%s', (name) => {
      const request: JsonObject = parse(readFileSync(`${CASES}${name}/request.yaml`, 'utf8'))
      const answer: JsonObject = JSON.parse(readFileSync(`${CASES}${name}/status.json`, 'utf8'))
      const kind = kindNamed(stringAt(request, 'kind'))
      const ours = create(kind.resource.kind, request)
      const causes = kind
        .validateCreate(ours)
        .map(({ reason, message, field }) => ({ reason, message, field }))
      expect(causes).toEqual(objectsAt(objectAt(answer, 'details'), 'causes'))
      if (answer['kind'] === 'Status') return
      const address = stringAt(objectAt(answer, 'spec'), 'clusterIP')
      const text = JSON.stringify(ours).replaceAll(
        stringAt(objectAt(ours, 'spec'), 'clusterIP') || ' ',
        address,
      )
      expect(JSON.parse(text)).toMatchObject({ spec: answer['spec'], status: answer['status'] })
      expect(objectAt(answer, 'spec')).toMatchObject(objectAt(JSON.parse(text), 'spec') ?? {})
    })
  },
)
