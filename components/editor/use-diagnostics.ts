'use client'

import { useMemo } from 'react'
import { useSchema } from '@/components/data/queries'
import { useValidation } from '@/components/data/use-validation'
import { toEditorSchema } from './editor-schema'
import { useClusterFacts } from './use-cluster-facts'

/** What the cluster's schema and objects say of a text of HTTPRoutes. One caller at a time: the page has one worker. */
export function useDiagnostics(text: string, namespace: string) {
  const { data: schema, error } = useSchema('httproutes')
  const schemas = useMemo(() => (schema === undefined ? [] : [schema]), [schema])
  const facts = useClusterFacts()
  const editorSchema = useMemo(
    () => (schema === undefined ? undefined : toEditorSchema(schema)),
    [schema],
  )
  const { complete, ...validation } = useValidation({
    text,
    defaultNamespace: namespace,
    schemas,
    facts,
  })
  const failure = error === null ? validation.failure : error.message
  return { ...validation, failure, language: { schema: editorSchema, complete } }
}
