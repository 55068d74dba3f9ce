'use client'

import { useDeferredValue, useMemo, useState } from 'react'
import { useLiveList } from '@/components/data/use-live'
import { Notice } from '@/components/ui/notice'
import { editManifest } from '@/lib/manifest/edit/edit-manifest'
import type { FieldEdit, FieldPath } from '@/lib/manifest/edit/field-edit'
import type { Diagnostic } from '@/lib/validation/diagnostic'
import { servicesOf } from './form-services'
import { pathText, type RouteForm, readForm } from './route-form'
import { RuleSection } from './rule-section'

interface FormPanelProps {
  text: string
  namespace: string
  diagnostics: readonly Diagnostic[]
  onChange: (text: string) => void
}

/** The form of a text, and of the last text that had one while it has none. */
function useForm(text: string, namespace: string) {
  const deferred = useDeferredValue(text)
  const read = useMemo(() => readForm(deferred, namespace), [deferred, namespace])
  const [former, setFormer] = useState<RouteForm | null>(null)
  if (typeof read === 'string') return { form: former, reason: read }
  if (read !== former) setFormer(read)
  return { form: read, reason: '' }
}

/** Backends and mirrors of the manifest's HTTPRoute as a form. Its edits change only their lines of the text. */
export function FormPanel({ text, namespace, diagnostics, onChange }: FormPanelProps) {
  const { form, reason } = useForm(text, namespace)
  const [refusal, setRefusal] = useState('')
  const { objects } = useLiveList('services')
  const services = useMemo(() => servicesOf(objects), [objects])

  const edit = (edits: readonly FieldEdit[]) => {
    if (form === null) return
    const result = editManifest(text, form.documentIndex, edits)
    setRefusal(result.ok ? '' : result.message)
    if (result.ok) onChange(result.text)
  }
  const problemsAt = (path: FieldPath) => {
    const at = pathText(path)
    return diagnostics.filter(
      ({ severity, fieldPath, documentIndex }) =>
        severity !== 'info' &&
        documentIndex === form?.documentIndex &&
        fieldPath.startsWith(at) &&
        /^(?:$|[.[])/.test(fieldPath.slice(at.length)),
    )
  }
  return (
    <section aria-label="Form" className="min-h-0 overflow-y-auto bg-panel">
      {reason === '' ? null : (
        <Notice tone="warn" className="m-2">
          {reason}
        </Notice>
      )}
      {refusal === '' ? null : (
        <Notice tone="bad" className="m-2">
          {refusal}
        </Notice>
      )}
      {form === null ? null : (
        <fieldset disabled={reason !== ''} className="contents">
          <legend className="sr-only">Backends and mirrors</legend>
          {form.rules.length === 0 ? (
            <p className="p-3 text-muted">
              The route has no rules yet. Write the first one as text.
            </p>
          ) : null}
          {form.rules.map((rule) => (
            <RuleSection
              key={pathText(rule.path)}
              rule={rule}
              namespace={form.namespace}
              services={services}
              problemsAt={problemsAt}
              onEdit={edit}
            />
          ))}
        </fieldset>
      )}
    </section>
  )
}
