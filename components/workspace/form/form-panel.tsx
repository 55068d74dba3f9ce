'use client'

import { type RefObject, useDeferredValue, useMemo, useState } from 'react'
import { useLiveList } from '@/components/data/use-live'
import { Notice } from '@/components/ui/notice'
import { pathText } from '@/lib/manifest/edit/field-edit'
import type { Diagnostic } from '@/lib/validation/diagnostic'
import { servicesOf } from './form-services'
import { RuleSection } from './rule-section'
import { useEdits } from './use-edits'
import { useForm } from './use-form'

interface FormPanelProps {
  text: string
  namespace: string
  diagnostics: readonly Diagnostic[]
  /** While the diagnostics are about a former text. */
  isChecking: boolean
  onChange: (text: string) => void
  /** Is made to hold when the last edit of the form is in the text. */
  settled: RefObject<Promise<void>>
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
export function FormPanel(props: FormPanelProps) {
  const { text, namespace, diagnostics, isChecking, onChange, settled } = props
  const followed = useForm(text, namespace)
  const { form, reason } = followed
  const [refusal, setRefusal] = useState('')
  const { objects } = useLiveList('services')
  const services = useMemo(() => servicesOf(objects), [objects])

  const edit = useEdits({ text, namespace, followed, onChange, onRefusal: setRefusal, settled })
  // Text that is broken for a moment has no rules to find fault with: what was found before stays beside them.
  const [found, setFound] = useState(diagnostics)
  if (found !== diagnostics && reason === '' && !isChecking) setFound(diagnostics)
  const shown = useDeferredValue(found)
  const problems = useMemo(
    () => problemsByRule(shown, form?.documentIndex),
    [shown, form?.documentIndex],
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
          {form.rules.map((rule, index) => (
            <RuleSection
              key={pathText(rule.path)}
              index={index}
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
