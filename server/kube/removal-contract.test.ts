/** Removing what kubectl, Helm or anybody else wrote: named first, shown by a dry run, and gone after the apply. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { echoBackendManifest } from '@/components/backends/echo-template'
import { KINDS } from '@/lib/gateway-api/kinds'
import type { KubernetesObject } from '@/lib/gateway-api/types'
import { fieldText } from '@/lib/manifest/ownership/field-tree'
import type { LeftField } from '@/lib/manifest/ownership/left-out'
import { parseManifest } from '@/lib/manifest/parse-manifest'
import { editablePart, LAST_APPLIED, toEditableYaml } from '@/lib/manifest/to-editable-yaml'
import type { JsonObject } from '@/lib/shared/json'
import {
  CLUSTER_NAME,
  type ContractCluster,
  hasKubectl,
  startContractCluster,
} from '../testing/contract-cluster'
import { type ApplyOptions, applyManifest } from './apply-manifest'
import { KubeError } from './kube-error'
import type { Cluster } from './load-cluster'
import { getObject, objectPath, patchStatus } from './objects'

const base = (name: string, labels = '{team: a, legacy: unused}') => `
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: ${name}, labels: ${labels}}
spec:
  parentRefs: [{name: eg}]
  hostnames: [${name}.example]
  rules:
  - matches: [{path: {type: PathPrefix, value: /}}]
    backendRefs: [{name: p1, port: 80}]
`

describe.skipIf(!hasKubectl())(`removing against ${CLUSTER_NAME} (skipped without kubectl)`, () => {
  let contract: ContractCluster
  let cluster: Cluster
  const kubectl = (command: string, stdin = '') => contract.kubectl(command.split(' '), { stdin })
  beforeAll(async () => {
    contract = await startContractCluster()
    cluster = contract.cluster
  }, 60_000)
  afterAll(() => contract.stop())

  async function read(name: string): Promise<KubernetesObject> {
    const object = await getObject(cluster, KINDS.httproutes, contract.namespace, name)
    if (object === null) throw new Error(`no ${name}`)
    return object
  }

  /** The live object as a person edits it. */
  async function draftOf(name: string, change: (draft: JsonObject) => unknown) {
    const draft = structuredClone(editablePart(await read(name))) as JsonObject
    change(draft)
    return draft as unknown as KubernetesObject
  }
  const labelsOf = (object: KubernetesObject | null) => object?.metadata.labels
  const dropLegacy = (draft: JsonObject) =>
    delete ((draft['metadata'] as JsonObject)['labels'] as JsonObject)['legacy']
  const dropSpec = (field: string) => (draft: JsonObject) =>
    delete (draft['spec'] as JsonObject)[field]

  const dry = { dryRun: true, force: false }
  const write = { dryRun: false, force: false }
  const names = (left: readonly LeftField[]) =>
    left.map(({ path, managers }) => `${fieldText(path)} (${managers.toSorted().join(', ')})`)
  const pathsOf = (left: readonly LeftField[]) => left.map(({ path }) => path)

  /** Named, shown, applied; answers what is stored. */
  async function remove(
    name: string,
    draft: KubernetesObject,
    left: string[],
    options: Partial<ApplyOptions> = {},
  ) {
    const seen = await read(name)
    const { uid = '', resourceVersion = '' } = seen.metadata
    const guard = { base: { uid, resourceVersion, manifest: toEditableYaml(seen) }, ...options }
    const first = await applyManifest(cluster, draft, { ...dry, ...guard })
    expect(names(first.left).toSorted()).toEqual(left.toSorted())
    const asked = { ...guard, remove: pathsOf(first.left) }
    const shown = await applyManifest(cluster, draft, { ...dry, ...asked })
    expect(shown).toMatchObject({ outcome: 'configured', left: [] })
    expect(await read(name)).toEqual(seen)
    const done = await applyManifest(cluster, draft, { ...write, ...asked })
    expect(done).toMatchObject({ outcome: 'configured', left: [] })
    const stored = await read(name)
    expect(toEditableYaml(stored)).toBe(toEditableYaml(shown.result ?? {}))
    return stored
  }

  test('a label and hostnames of kubectl apply go, and kubectl’s record forgets them', async () => {
    await kubectl('apply -f -', base('csa'))
    const without = await draftOf('csa', (draft) => [
      dropLegacy(draft),
      dropSpec('hostnames')(draft),
    ])
    const unchanged = await applyManifest(cluster, without, dry)
    expect(unchanged.outcome).toBe('unchanged')
    const stored = await remove('csa', without, [
      'metadata.labels.legacy (kubectl-client-side-apply)',
      'spec.hostnames (kubectl-client-side-apply)',
    ])
    expect(labelsOf(stored)).toEqual({ team: 'a' })
    expect(stored).not.toHaveProperty('spec.hostnames')
    expect(stored).toHaveProperty('spec.rules')
    const record = JSON.parse(stored.metadata.annotations?.[LAST_APPLIED] ?? '')
    expect(record.metadata.labels).toEqual({ team: 'a' })
    expect(record.spec).not.toHaveProperty('hostnames')

    // Somebody sets the label later: an apply of kubectl's changed file does not take it for its own.
    await kubectl('label httproute csa legacy=theirs')
    const file = base('csa', '{team: a}')
    expect(await kubectl('apply -f -', file)).toContain('configured')
    expect(labelsOf(await read('csa'))).toEqual({ team: 'a', legacy: 'theirs' })
    // The old file sets it again, which the review foretells.
    await kubectl('apply -f -', base('csa'))
    expect(labelsOf(await read('csa'))).toEqual({ team: 'a', legacy: 'unused' })
  })

  test('a field that two managers apply goes from both, and their other fields stay theirs', async () => {
    await kubectl('apply --server-side -f -', base('ssa'))
    const chart = base('ssa', '{legacy: unused, chart: c}').replace(/spec:[\s\S]*/, '')
    await kubectl('apply --server-side --field-manager=helm -f -', chart)
    const stored = await remove('ssa', await draftOf('ssa', dropLegacy), [
      'metadata.labels.legacy (helm, kubectl)',
    ])
    expect(labelsOf(stored)).toEqual({ team: 'a', chart: 'c' })
    const owners = (stored.metadata.managedFields ?? []).map(({ manager, operation }) =>
      [manager, operation].join(' '),
    )
    expect(owners.toSorted()).toEqual(['helm Apply', 'kubectl Apply', 'mirrorboard Apply'])
    // Neither of them is stopped by us: their own file sets what it says.
    const again = await kubectl('apply --server-side --force-conflicts -f -', base('ssa'))
    expect(again).toContain('serverside-applied')
    expect(labelsOf(await read('ssa'))).toEqual({ team: 'a', chart: 'c', legacy: 'unused' })
  })

  test('what kubectl edit, patch, label and annotate wrote goes, and status managers keep theirs', async () => {
    await kubectl('create -f -', base('mixed', '{team: a}'))
    await kubectl('label httproute mixed legacy=x')
    await kubectl('annotate httproute mixed example.com/note=y')
    await contract.kubectl(['edit', 'httproute', 'mixed'], {
      env: { KUBE_EDITOR: "sed -i 's/team: a/team: a\\n    edited: z/'" },
    })
    const hostnames = '{"spec":{"hostnames":["patched.example"]}}'
    await contract.kubectl(['patch', 'httproute', 'mixed', '--type=merge', '-p', hostnames])
    const target = { namespace: contract.namespace, name: 'mixed' }
    await patchStatus(cluster, KINDS.httproutes, target, { parents: [] })
    const status = (object: KubernetesObject) =>
      object.metadata.managedFields?.find(({ subresource }) => subresource === 'status')
    const before = status(await read('mixed'))
    expect(before).toBeDefined()
    const draft = await draftOf('mixed', (object) => {
      object['metadata'] = { name: 'mixed', namespace: contract.namespace, labels: { team: 'a' } }
      dropSpec('hostnames')(object)
    })
    const stored = await remove('mixed', draft, [
      'metadata.labels.legacy (kubectl-label)',
      'metadata.labels.edited (kubectl-edit)',
      'metadata.annotations[example.com/note] (kubectl-annotate)',
      'spec.hostnames (kubectl-patch)',
    ])
    expect(stored.metadata.annotations).toBeUndefined()
    expect(labelsOf(stored)).toEqual({ team: 'a' })
    expect(status(stored)).toEqual(before)
  })

  test('of a part of an object only what it is about is named; the rest of the route stays', async () => {
    await kubectl('apply -f -', base('part'))
    await kubectl('annotate httproute part mirrorboard.dev/mirror-budget={}')
    const path = ['f:metadata', 'f:annotations', 'f:mirrorboard.dev/mirror-budget']
    const { apiVersion, kind } = await read('part')
    const draft = { apiVersion, kind, metadata: { name: 'part', namespace: contract.namespace } }
    const stored = await remove(
      'part',
      draft,
      ['metadata.annotations[mirrorboard.dev/mirror-budget] (kubectl-annotate)'],
      { part: [path] },
    )
    expect(Object.keys(stored.metadata.annotations ?? {})).toEqual([LAST_APPLIED])
    expect(stored).toMatchObject({ spec: { hostnames: ['part.example'] } })
  })

  test('an older version is restored to the letter, with changes in its rules', async () => {
    await kubectl('apply -f -', base('older', '{team: a}'))
    const former = editablePart(await read('older')) as KubernetesObject
    const newer = base('older').replace('/}}]', '/}}]\n    timeouts: {request: 5s}')
    await kubectl('apply -f -', newer)
    const refused = await applyManifest(cluster, former, dry)
    expect(refused.outcome).toBe('conflict')
    expect(names(refused.left)).toEqual(['metadata.labels.legacy (kubectl-client-side-apply)'])
    const stored = await remove(
      'older',
      former,
      ['metadata.labels.legacy (kubectl-client-side-apply)'],
      { force: true },
    )
    expect(toEditableYaml(stored)).toBe(toEditableYaml(former))
  })

  test('a removal takes nothing over while a conflict is not confirmed', async () => {
    await kubectl('apply -f -', base('unconfirmed'))
    const draft = await draftOf('unconfirmed', (object) => [
      dropLegacy(object),
      dropSpec('rules')(object),
      Object.assign(object['spec'] as JsonObject, { hostnames: ['other.example'] }),
    ])
    const { left } = await applyManifest(cluster, draft, { ...dry, force: true })
    expect(names(left)).toEqual([
      'metadata.labels.legacy (kubectl-client-side-apply)',
      'spec.rules (kubectl-client-side-apply)',
    ])
    const was = await read('unconfirmed')
    const refused = await applyManifest(cluster, draft, { ...write, remove: pathsOf(left) })
    expect(refused.outcome).toBe('conflict')
    expect(await read('unconfirmed')).toEqual(was)
  })

  test('what nobody is recorded to own is named as such, and goes', async () => {
    await kubectl('apply -f -', base('untracked'))
    const reset = '{"metadata":{"managedFields":[{}]}}'
    await contract.kubectl(['patch', 'httproute', 'untracked', '--type=merge', '-p', reset])
    expect((await read('untracked')).metadata.managedFields).toBeUndefined()
    const draft = await draftOf('untracked', dropLegacy)
    const stored = await remove('untracked', draft, ['metadata.labels.legacy ()'])
    expect(labelsOf(stored)).toEqual({ team: 'a' })

    await kubectl('annotate httproute untracked a=b c=d')
    await contract.kubectl(['patch', 'httproute', 'untracked', '--type=merge', '-p', reset])
    const bare = await draftOf('untracked', (object) => [
      delete (object['metadata'] as JsonObject)['annotations'],
      dropSpec('hostnames')(object),
    ])
    const emptied = await remove('untracked', bare, [
      'metadata.annotations.a ()',
      'metadata.annotations.c ()',
      'spec.hostnames ()',
    ])
    // kubectl's record is nobody's to remove with them.
    expect(Object.keys(emptied.metadata.annotations ?? {})).toEqual([LAST_APPLIED])
    expect(emptied).not.toHaveProperty('spec.hostnames')
  })

  test('a default is not named, for it would come back', async () => {
    const route = base('defaulted').replace(/ {2}rules:[\s\S]*/, '')
    await kubectl('apply -f -', route)
    const draft = await draftOf('defaulted', dropSpec('rules'))
    expect((await applyManifest(cluster, draft, dry)).left).toEqual([])
  })

  test('of what the server fills into a backend nothing is named', async () => {
    const objects = parseManifest(
      echoBackendManifest({ name: 'echo', namespace: contract.namespace, port: 3000, replicas: 1 }),
    ).documents.map(({ object }) => object as JsonObject & KubernetesObject)
    for (const object of objects) await applyManifest(cluster, object, write)
    await kubectl('rollout status deploy/echo --timeout=60s')
    // Controllers write the revision, through status or not.
    const isFilled = (name: string) => !name.includes('deployment.kubernetes.io/revision')
    const again = await Promise.all(objects.map((object) => applyManifest(cluster, object, dry)))
    expect(again.map(({ outcome, left }) => [outcome, ...names(left).filter(isFilled)])).toEqual(
      objects.map(() => ['unchanged']),
    )
  }, 90_000)

  test('a removal that the server refuses changes nothing, and says why', async () => {
    const service = `{"apiVersion":"v1","kind":"Service","metadata":{"name":"s"},"spec":{"selector":{"a":"b"},"ports":[{"name":"web","port":80},{"name":"more","port":81}]}}`
    await kubectl('apply -f -', service)
    const resource = KINDS.services
    const live = await getObject(cluster, resource, contract.namespace, 's')
    const draft = structuredClone(editablePart(live ?? {})) as JsonObject & KubernetesObject
    const spec = draft['spec'] as JsonObject
    spec['ports'] = (spec['ports'] as JsonObject[]).slice(0, 1)
    const one = await applyManifest(cluster, draft, dry)
    expect(names(one.left)).toEqual([
      'spec.ports[port=81,protocol=TCP] (kubectl-client-side-apply)',
    ])
    delete spec['ports']
    const { left } = await applyManifest(cluster, draft, dry)
    const refused = await applyManifest(cluster, draft, { ...write, remove: pathsOf(left) })
    expect(refused).toMatchObject({ outcome: 'rejected', error: { reason: 'Invalid' } })
    expect(await getObject(cluster, resource, contract.namespace, 's')).toEqual(live)
    const last = await applyManifest(
      cluster,
      { ...draft, spec: { ...spec, ports: [{ name: 'web', port: 80 }] } } as KubernetesObject,
      { ...write, force: true, remove: pathsOf(one.left) },
    )
    expect(last).toMatchObject({
      outcome: 'configured',
      result: { spec: { ports: [{ port: 80 }] } },
    })
    expect((last.result as unknown as JsonObject)['spec']).toHaveProperty('ports.length', 1)
  })

  /** The cluster, where something happens just before the n-th write that is no dry run. */
  function before(nth: number, happen: () => Promise<unknown>): Cluster {
    const { transport } = cluster
    let writes = 0
    const send: typeof transport.send = async (request, answers) => {
      if (request.method === 'PATCH' && request.query?.['dryRun'] === undefined) writes += 1
      if (writes === nth) {
        writes += 1
        await happen()
      }
      return transport.send(request, answers)
    }
    return { ...cluster, transport: { ...transport, send } }
  }

  async function reviewed(name: string) {
    await kubectl('apply -f -', base(name))
    const seen = await read(name)
    const { uid = '', resourceVersion = '' } = seen.metadata
    const draft = await draftOf(name, dropLegacy)
    const { left } = await applyManifest(cluster, draft, dry)
    const guard = { uid, resourceVersion, manifest: toEditableYaml(seen) }
    return { draft, options: { ...write, base: guard, remove: pathsOf(left) } }
  }

  test.each([1, 2])('a change just before write %i is not written over', async (nth) => {
    const name = `raced-${nth}`
    const { draft, options } = await reviewed(name)
    const raced = before(nth, () => kubectl(`label httproute ${name} theirs=1`))
    expect((await applyManifest(raced, draft, options)).outcome).toBe('stale')
    expect(labelsOf(await read(name))).toEqual({ team: 'a', legacy: 'unused', theirs: '1' })
  })

  test.each([1, 2])('a status written just before write %i does not stop it', async (nth) => {
    const name = `busy-${nth}`
    const { draft, options } = await reviewed(name)
    const target = { namespace: contract.namespace, name }
    const busy = before(nth, () => patchStatus(cluster, KINDS.httproutes, target, { parents: [] }))
    expect((await applyManifest(busy, draft, options)).outcome).toBe('configured')
    expect(labelsOf(await read(name))).toEqual({ team: 'a' })
  })

  test('what is refused after the fields were taken over is given back to their owners', async () => {
    const { draft, options } = await reviewed('denied')
    const owners = (object: KubernetesObject) =>
      object.metadata.managedFields?.find(({ manager }) => manager === 'kubectl-client-side-apply')
        ?.fieldsV1
    const was = await read('denied')
    const error = { code: 403, reason: 'Forbidden', message: 'denied by a webhook', causes: [] }
    const denying = before(2, () => {
      throw new KubeError('status', error.message, { status: error })
    })
    expect(await applyManifest(denying, draft, options)).toMatchObject({
      outcome: 'rejected',
      error,
    })
    const stored = await read('denied')
    expect(toEditableYaml(stored)).toBe(toEditableYaml(was))
    expect(stored.metadata.annotations).toEqual(was.metadata.annotations)
    expect(owners(stored)).toMatchObject({ 'f:metadata': { 'f:labels': { 'f:legacy': {} } } })
    expect(names((await applyManifest(cluster, draft, dry)).left)).toEqual([
      'metadata.labels.legacy (kubectl-client-side-apply)',
    ])
  })

  test('what the server or kubectl writes is not applied from a pasted object, and is named', async () => {
    await kubectl('apply -f -', base('pasted'))
    const live = await read('pasted')
    const { status, body } = await contract.send(
      'GET',
      objectPath(KINDS.httproutes, contract.namespace, 'pasted'),
    )
    expect(status).toBe(200)
    const stale = '{"metadata":{"labels":{"theirs":"1"}}}'
    const annotations = { [LAST_APPLIED]: stale, 'example.com/mine': '1' }
    const pasted = {
      ...body,
      metadata: { ...body.metadata, annotations, uid: 'another', finalizers: ['example.com/x'] },
      status: { parents: [] },
    }
    const shown = await applyManifest(cluster, pasted, { ...dry, force: true })
    expect(shown.dropped.toSorted()).toEqual([
      `metadata.annotations[${LAST_APPLIED}]`,
      'metadata.creationTimestamp',
      'metadata.generation',
      'metadata.managedFields',
      'metadata.resourceVersion',
      'metadata.uid',
      'status',
    ])
    const done = await applyManifest(cluster, pasted, { ...write, force: true })
    expect(done.result?.metadata).toMatchObject({
      uid: live.metadata.uid,
      finalizers: ['example.com/x'],
      annotations: { ...live.metadata.annotations, 'example.com/mine': '1' },
    })
    await kubectl('label httproute pasted theirs=1')
    await kubectl('apply -f -', base('pasted'))
    expect(labelsOf(await read('pasted'))).toHaveProperty('theirs', '1')
    await contract.kubectl(['patch', 'httproute', 'pasted', '--type=json', '-p', NO_FINALIZERS])
  })
})

const NO_FINALIZERS = '[{"op":"remove","path":"/metadata/finalizers"}]'
