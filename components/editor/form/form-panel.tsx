'use client'

import { startTransition, useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { useLiveList } from '@/components/data/use-live'
import { Notice } from '@/components/ui/notice'
import { editManifest } from '@/lib/manifest/edit/edit-manifest'
import { type FieldEdit, pathText } from '@/lib/manifest/edit/field-edit'
import type { Diagnostic } from '@/lib/validation/diagnostic'
import { servicesOf } from './form-services'
import { type RouteForm, readForm } from './route-form'
import { RuleSection } from './rule-section'

interface FormPanelProps {
  text: string
  namespace: string
  diagnostics: readonly Diagnostic[]
  onChange: (text: string) => void
}

interface Reading {
  readonly text: string
  readonly form: RouteForm | null
  /** Why the text has no form; `form` is then that of the last text that had one. */
  readonly reason: string
}

function readingOf(text: string, namespace: string, former: RouteForm | null): Reading {
  const read = readForm(text, namespace)
  return typeof read === 'string'
    ? { text, form: former, reason: read }
    : { text, form: read, reason: '' }
}

/**
 * The form of a text. A text from outside is read in a task of its own, so that typing is not held up; one that the form made
 * itself is read at once by `follow`, so that its fields always show what they wrote.
 */
function useForm(text: string, namespace: string) {
  const [reading, setReading] = useState(() => readingOf(text, namespace, null))
  const { form, reason } = reading
  useEffect(() => {
    if (text === reading.text) return
    const timer = setTimeout(() => {
      const next = readingOf(text, namespace, form)
      startTransition(() => setReading(next))
    }, 0)
    return () => clearTimeout(timer)
  }, [text, namespace, form, reading.text])
  const follow = (own: string) => setReading(readingOf(own, namespace, form))
  return { form, reason, follow }
}

const NO_PROBLEMS: readonly Diagnostic[] = []

/** Errors and warnings of one document by the rule they are in: `spec.rules[0]`. */
function problemsByRule(diagnostics: readonly Diagnostic[], documentIndex: number | undefined) {
  const byRule = new Map<string, Diagnostic[]>()
  for (const diagnostic of diagnostics) {
    const [rule] = /^spec\.rules\[\d+\]/.exec(diagnostic.fieldPath) ?? []
    if (rule === undefined || diagnostic.severity === 'info') continue
    if (diagnostic.documentIndex !== documentIndex) continue
    const known = byRule.get(rule)
    if (known === undefined) byRule.set(rule, [diagnostic])
    else known.push(diagnostic)
  }
  return byRule
}

/** Backends and mirrors of the manifest's HTTPRoute as a form. Its edits change only their lines of the text. */
export function FormPanel({ text, namespace, diagnostics, onChange }: FormPanelProps) {
  const { form, reason, follow } = useForm(text, namespace)
  const [refusal, setRefusal] = useState('')
  const { objects } = useLiveList('services')
  const services = useMemo(() => servicesOf(objects), [objects])

  // Rules are drawn anew only when they change, so what they call has to look up the newest text itself.
  const latest = useRef({ text, form, follow, onChange })
  useEffect(() => {
    latest.current = { text, form, follow, onChange }
  })
  const edit = useCallback((edits: readonly FieldEdit[]) => {
    const now = latest.current
    if (now.form === null) return
    const result = editManifest(now.text, now.form.documentIndex, edits)
    setRefusal(result.ok ? '' : result.message)
    if (!result.ok) return
    now.follow(result.text)
    now.onChange(result.text)
  }, [])
  const problems = useMemo(
    () => problemsByRule(diagnostics, form?.documentIndex),
    [diagnostics, form?.documentIndex],
  )
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
              problems={problems.get(pathText(rule.path)) ?? NO_PROBLEMS}
              onEdit={edit}
            />
          ))}
        </fieldset>
      )}
    </section>
  )
}
