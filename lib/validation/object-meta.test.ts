import { describe, expect, it } from 'vitest'
import type { JsonObject } from '@/lib/shared/json'
import { decodeObjectMeta } from '@/lib/validation/decode-object-meta'
import { formatFieldError } from '@/lib/validation/field-error'
import { label1035Problems, labelProblems } from '@/lib/validation/names'
import { validateObjectMeta, validateObjectMetaUpdate } from '@/lib/validation/object-meta'

const SUBDOMAIN =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"
const QUALIFIED =
  "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"

function check(
  metadata: JsonObject,
  more: { namespaced?: boolean; form?: 'before-1.34' | 'since-1.35' } = {},
) {
  const { namespaced = true, form = 'since-1.35' } = more
  const full = { name: 'a', ...(namespaced ? { namespace: 'default' } : {}), ...metadata }
  return validateObjectMeta(full, { form, namespaced }).map(formatFieldError)
}

describe('validateObjectMeta', () => {
  const cases: readonly {
    name: string
    metadata: JsonObject
    errors: string[]
    namespaced?: boolean
  }[] = [
    { name: 'accepts dots in a name', metadata: { name: 'a.b-c.d' }, errors: [] },
    {
      name: 'refuses capitals',
      metadata: { name: 'A' },
      errors: [`metadata.name: Invalid value: "A": ${SUBDOMAIN}`],
    },
    {
      name: 'wants a name',
      metadata: { name: '' },
      errors: ['metadata.name: Required value: name or generateName is required'],
    },
    {
      name: 'accepts a dash at the end of generateName',
      metadata: { generateName: 'a-' },
      errors: [],
    },
    {
      name: 'refuses a bad generateName',
      metadata: { generateName: 'AB-' },
      errors: [`metadata.generateName: Invalid value: "AB-": ${SUBDOMAIN}`],
    },
    {
      name: 'wants a namespace',
      metadata: { namespace: '' },
      errors: ['metadata.namespace: Required value'],
    },
    {
      name: 'refuses dots in a namespace',
      metadata: { namespace: 'a.b' },
      errors: ['metadata.namespace: Invalid value: "a.b": must not contain dots'],
    },
    {
      name: 'refuses a namespace on a cluster kind',
      metadata: { namespace: 'a' },
      namespaced: false,
      errors: ['metadata.namespace: Forbidden: not allowed on this type'],
    },
    {
      name: 'refuses a bad label key and value',
      metadata: { labels: { '-a': 'x'.repeat(64) } },
      errors: [
        `metadata.labels: Invalid value: "-a": name part ${QUALIFIED}`,
        `metadata.labels: Invalid value: "${'x'.repeat(64)}": must be no more than 63 characters`,
      ],
    },
    {
      name: 'refuses an empty prefix',
      metadata: { labels: { '/a': '' } },
      errors: ['metadata.labels: Invalid value: "/a": prefix part must be non-empty'],
    },
    {
      name: 'accepts capitals in annotation keys',
      metadata: { annotations: { 'Example.COM/Key': 'any value at all' } },
      errors: [],
    },
    {
      name: 'refuses annotations over 256 KiB',
      metadata: { annotations: { a: 'x'.repeat(262_144) } },
      errors: ['metadata.annotations: Too long: may not be more than 262144 bytes'],
    },
    {
      name: 'refuses a finalizer that is no qualified name',
      metadata: { finalizers: ['a b'] },
      errors: [`metadata.finalizers: Invalid value: "a b": name part ${QUALIFIED}`],
    },
    {
      name: 'refuses finalizers that exclude one another',
      metadata: { finalizers: ['orphan', 'foregroundDeletion'] },
      errors: [
        'metadata.finalizers: Invalid value: ["orphan","foregroundDeletion"]: finalizer orphan and foregroundDeletion cannot be both set',
      ],
    },
    {
      name: 'wants every part of an owner',
      metadata: { ownerReferences: [{ name: 'x' }] },
      errors: [
        'metadata.ownerReferences.apiVersion: Invalid value: "": version must not be empty',
        'metadata.ownerReferences.kind: Invalid value: "": must not be empty',
        'metadata.ownerReferences.uid: Invalid value: "": must not be empty',
      ],
    },
    {
      name: 'refuses a negative generation',
      metadata: { generation: -1 },
      errors: ['metadata.generation: Invalid value: -1: must be greater than or equal to 0'],
    },
    {
      name: 'refuses an unknown managedFields operation',
      metadata: { managedFields: [{ operation: 'Steal' }] },
      errors: [
        'metadata.managedFields[0].operation: Unsupported value: "Steal": supported values: "Apply", "Update"',
      ],
    },
  ]
  for (const { name, metadata, errors, namespaced } of cases) {
    it(name, () =>
      expect(check(metadata, namespaced === undefined ? {} : { namespaced })).toEqual(errors),
    )
  }

  it('says what a qualified name is in the words of the version', () => {
    const labels = { 'a/b/c': '' }
    expect(check({ labels })[0]).toContain('a valid label key must consist')
    expect(check({ labels }, { form: 'before-1.34' })[0]).toContain('a qualified name must consist')
  })

  it('allows one controller only', () => {
    const owner = { apiVersion: 'apps/v1', kind: 'ReplicaSet', uid: 'u', controller: true }
    const errors = check({
      ownerReferences: [
        { ...owner, name: 'a' },
        { ...owner, name: 'b' },
      ],
    })
    expect(errors).toHaveLength(1)
    expect(errors[0]).toContain('Found "true" in references for ReplicaSet/a and ReplicaSet/b')
  })

  it('checks long names in time linear in their length', () => {
    expect(check({ name: `${'a-'.repeat(100_000)}` })).toHaveLength(2)
  })

  it('knows label names too', () => {
    expect(labelProblems('9a')).toEqual([])
    expect(label1035Problems('9a')).toHaveLength(1)
  })
})

describe('validateObjectMetaUpdate', () => {
  const old = { name: 'a', namespace: 'd', uid: 'u', resourceVersion: '7', generation: 2 }
  const cases: readonly {
    name: string
    change: JsonObject
    before?: JsonObject
    errors: string[]
  }[] = [
    { name: 'accepts new labels', change: { labels: { a: 'b' } }, errors: [] },
    {
      name: 'refuses another namespace',
      change: { namespace: 'e' },
      errors: ['metadata.namespace: Invalid value: "e": field is immutable'],
    },
    {
      name: 'wants a resourceVersion',
      change: { resourceVersion: '' },
      errors: ['metadata.resourceVersion: Invalid value: "": must be specified for an update'],
    },
    {
      name: 'refuses a smaller generation',
      change: { generation: 1 },
      errors: ['metadata.generation: Invalid value: 1: must not be decremented'],
    },
    {
      name: 'refuses new finalizers on an object being deleted',
      before: { deletionTimestamp: 't' },
      change: { deletionTimestamp: 't', finalizers: ['b', 'a'] },
      errors: [
        'metadata.finalizers: Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{"a", "b"}',
      ],
    },
  ]
  for (const { name, change, before, errors } of cases) {
    it(name, () =>
      expect(
        validateObjectMetaUpdate({ ...old, ...change }, { ...old, ...before }, 'since-1.35').map(
          formatFieldError,
        ),
      ).toEqual(errors),
    )
  }
})

describe('decodeObjectMeta', () => {
  it('drops what is unknown, null or empty, and says what was unknown', () => {
    const decoded = decodeObjectMeta({
      name: 'a',
      labels: {},
      annotations: null,
      creationTimestamp: null,
      odd: 1,
      ownerReferences: [{ name: 'x', uidd: 'y' }],
    })
    expect(decoded).toEqual({
      ok: true,
      metadata: { name: 'a', ownerReferences: [{ name: 'x' }] },
      unknownFields: ['metadata.odd', 'metadata.ownerReferences[0].uidd'],
    })
  })

  it('refuses wrong types as Go does', () => {
    expect(decodeObjectMeta({ annotations: { a: true } })).toEqual({
      ok: false,
      reason:
        'json: cannot unmarshal bool into Go struct field ObjectMeta.annotations of type string',
    })
    expect(decodeObjectMeta([])).toEqual({
      ok: false,
      reason: 'json: cannot unmarshal array into Go value of type v1.ObjectMeta',
    })
  })
})
