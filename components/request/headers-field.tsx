'use client'

import { Field, inputClass } from '@/components/ui/field'

interface HeadersFieldProps {
  value: string
  error: string | undefined
  onChange: (headers: string) => void
}

/** The headers of a request, one a line. */
export function HeadersField({ value, error, onChange }: HeadersFieldProps) {
  return (
    <Field
      label="Headers"
      hint="One per line, as Name: value."
      error={error}
      className="col-span-full"
    >
      {(control) => (
        <textarea
          {...control}
          rows={2}
          spellCheck={false}
          value={value}
          onChange={(event) => onChange(event.target.value)}
          className={`${inputClass} h-auto py-1.5 font-mono text-xs`}
        />
      )}
    </Field>
  )
}
