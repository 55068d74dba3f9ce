import { expect, test } from 'vitest'
import type { KubernetesObject } from '@/lib/gateway-api/types'
import { ownedPart } from './owned-part'

const OBJECT = {
  apiVersion: 'gateway.networking.k8s.io/v1',
  kind: 'HTTPRoute',
  metadata: {
    name: 'a',
    namespace: 'b',
    uid: 'u',
    annotations: { mine: '1', theirs: '2' },
    finalizers: ['x', 'y'],
    managedFields: [
      {
        manager: 'mirrorboard',
        operation: 'Apply',
        apiVersion: 'gateway.networking.k8s.io/v1',
        fieldsType: 'FieldsV1',
        fieldsV1: {
          'f:metadata': {
            'f:annotations': { '.': {}, 'f:mine': {}, 'f:gone': {} },
            'f:finalizers': { 'v:"y"': {} },
          },
          'f:spec': {
            'f:rules': {},
            'f:ports': { 'k:{"port":80}': { '.': {}, 'f:name': {} } },
          },
        },
      },
      {
        manager: 'mirrorboard',
        operation: 'Apply',
        subresource: 'status',
        apiVersion: 'gateway.networking.k8s.io/v1',
        fieldsType: 'FieldsV1',
        fieldsV1: { 'f:status': {} },
      },
    ],
  },
  spec: {
    hostnames: ['h'],
    rules: [{ unknown: { field: [1] } }],
    ports: [
      { port: 79, name: 'no' },
      { port: 80, name: 'http', other: true },
    ],
  },
  status: { parents: [] },
} as unknown as KubernetesObject

test('the part of a manager is what it applied, and nothing of others', () => {
  expect(ownedPart(OBJECT, 'mirrorboard')).toEqual({
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'HTTPRoute',
    metadata: { name: 'a', namespace: 'b', annotations: { mine: '1' }, finalizers: ['y'] },
    spec: { rules: [{ unknown: { field: [1] } }], ports: [{ port: 80, name: 'http' }] },
  })
})

test('a manager that owns nothing has the identity alone', () => {
  expect(ownedPart(OBJECT, 'kubectl')).toEqual({
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'HTTPRoute',
    metadata: { name: 'a', namespace: 'b' },
  })
})
