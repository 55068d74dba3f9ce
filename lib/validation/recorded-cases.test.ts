import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import type { JsonObject } from '@/lib/shared/json'
import { admitObject, presentObject } from '@/lib/validation/admit-object'
import { type CompiledSchema, compileSchema } from '@/lib/validation/compiled-schema'
import { joinFieldErrors } from '@/lib/validation/field-errors'

/** Requests and answers recorded on kube-apiserver 1.33, where a case is one plain create. */
const CASES = new URL('../../../shared/kube-apiserver-cases/', import.meta.url)

/** Answers that are decided before or beside validation: request parameters, JSON text, other objects. */
const DECIDED_ELSEWHERE = /bogus|duplicate-json-key|namespace-missing|kind-missing-raw/

interface Recorded {
  readonly name: string
  readonly body: JsonObject
  readonly status: JsonObject
}

function readCases(): Recorded[] {
  if (!existsSync(CASES)) return []
  return readdirSync(CASES)
    .filter((name) => /^(?:0\d\d|309|31[0-5])-/.test(name) && !DECIDED_ELSEWHERE.test(name))
    .sort()
    .flatMap((name) => {
      const read = (file: string) => {
        const path = new URL(`${name}/${file}`, CASES)
        return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : undefined
      }
      const http = read('case.json')?.http
      const status = read('status.json')
      if (http?.method !== 'POST' || http.body === undefined || status === undefined) return []
      return [{ name, body: http.body, status }]
    })
}

function schemaOf(plural: string, kind: string, version: string): CompiledSchema {
  const path = new URL(
    `../gateway-api/schema/standard/gateway.networking.k8s.io_${plural}.yaml`,
    import.meta.url,
  )
  const crd = parse(readFileSync(path, 'utf8'))
  const served = crd.spec.versions.find((candidate: { name: string }) => candidate.name === version)
  return compileSchema(served.schema.openAPIV3Schema, {
    group: 'gateway.networking.k8s.io',
    version,
    kind,
    messageForm: 'before-1.34',
  })
}

const SCHEMAS = {
  routes: schemaOf('httproutes', 'HTTPRoute', 'v1'),
  oldRoutes: schemaOf('httproutes', 'HTTPRoute', 'v1beta1'),
  gateways: schemaOf('gateways', 'Gateway', 'v1'),
}

function schemaFor(body: JsonObject): CompiledSchema {
  if (body['kind'] === 'Gateway') return SCHEMAS.gateways
  return String(body['apiVersion']).endsWith('v1beta1') ? SCHEMAS.oldRoutes : SCHEMAS.routes
}

/** What the API server would have been handed: kubectl drops what it validated, generateName becomes a name. */
function requested(body: JsonObject): JsonObject {
  const metadata = body['metadata'] as JsonObject
  const name = metadata['name'] ?? `${String(metadata['generateName'])}abcde`
  return { ...body, metadata: { namespace: 'oc', ...metadata, name } }
}

interface Causes {
  readonly details: { readonly causes: readonly JsonObject[] }
  readonly message: string
}

const sorted = (values: readonly unknown[]) => values.map((value) => JSON.stringify(value)).sort()

describe.skipIf(!existsSync(CASES))(
  'cases recorded on kube-apiserver 1.33 (skipped without shared)',
  () => {
    for (const { name, body, status } of readCases()) {
      it(`answers as recorded: ${name}`, () => {
        const schema = schemaFor(body)
        const admitted = admitObject(schema, requested(body), { operation: 'create' })
        if (status['kind'] !== 'Status') {
          expect(admitted.errors).toEqual([])
          const answer = presentObject(schema, admitted.object)
          expect(answer['spec']).toEqual(status['spec'])
          expect(answer['status']).toEqual(status['status'])
          return
        }
        const recorded = status as unknown as Causes
        if (status['code'] === 400) {
          const words = admitted.unknownFields.map((path) => `unknown field "${path}"`).join(', ')
          expect(recorded.message).toContain(`strict decoding error: ${words}`)
          return
        }
        expect(
          sorted(admitted.errors.map(({ reason, message, field }) => ({ reason, message, field }))),
        ).toEqual(sorted(recorded.details.causes))
        if (admitted.errors.length === 1) {
          expect(recorded.message).toContain(` is invalid: ${joinFieldErrors(admitted.errors)}`)
        }
      })
    }
  },
)
