'use client'

import { useMemo, useState } from 'react'
import { useSchemas } from '@/components/data/queries'
import type { KubernetesObject } from '@/lib/gateway-api/types'
import { type SchemaWish, wishKey } from '@/lib/gateway-api/wanted-schemas'
import { toEditorSchema } from './editor-schema'
import { useClusterFacts } from './use-cluster-facts'
import { useValidation } from './use-validation'

const NO_WISHES: readonly SchemaWish[] = []

/** Of a stored object what validation compares with; the same text until that changes, whatever its status says. */
function storedText(live: KubernetesObject | undefined): string {
  if (live === undefined) return ''
  const { managedFields: _fields, resourceVersion: _version, ...metadata } = live.metadata
  const { status: _status, ...object } = live as KubernetesObject & { status?: unknown }
  return JSON.stringify({ ...object, metadata })
}

/** What the cluster's schemas and objects say of a text of HTTPRoutes, as a change of the live object where there is one. */
export function useDiagnostics(
  text: string,
  namespace: string,
  live: KubernetesObject | undefined,
) {
  const [wishes, setWishes] = useState(NO_WISHES)
  const { schemas, unserved, error } = useSchemas(wishes)
  const facts = useClusterFacts()
  const schema = schemas.find(({ kind }) => kind === 'HTTPRoute')
  const editorSchema = useMemo(
    () => (schema === undefined ? undefined : toEditorSchema(schema)),
    [schema],
  )
  const { complete, ...validation } = useValidation({
    text,
    defaultNamespace: namespace,
    schemas,
    unserved,
    facts,
    stored: useMemo(() => storedText(live), [live]),
  })
  // The same wishes are the same list, so that the worker is handed its schemas once.
  const isNew = keysOf(validation.wishes) !== keysOf(wishes)
  if (isNew && !validation.isChecking) setWishes(validation.wishes)
  const failure = error === null ? validation.failure : error.message
  return { ...validation, failure, language: { schema: editorSchema, complete } }
}

function keysOf(wishes: readonly SchemaWish[]): string {
  return wishes.map(wishKey).join()
}
