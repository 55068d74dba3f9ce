'use client'

import { useMemo, useState } from 'react'
import { useSchemas } from '@/components/data/queries'
import { useValidation } from '@/components/data/use-validation'
import { toEditorSchema } from './editor-schema'
import { useClusterFacts } from './use-cluster-facts'
import { type SchemaWish, wishKey } from './wanted-schemas'

const NO_WISHES: readonly SchemaWish[] = []

/** What the cluster's schemas and objects say of a text of HTTPRoutes. One caller at a time: the page has one worker. */
export function useDiagnostics(text: string, namespace: string) {
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
