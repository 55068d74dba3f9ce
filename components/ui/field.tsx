'use client'

import { type ComponentProps, type ReactNode, useId } from 'react'
import { cn } from './class-names'

export const inputClass =
  'h-8 w-full min-w-0 rounded-md border border-control bg-panel px-2.5 text-[0.8125rem] text-fg aria-invalid:border-bad disabled:cursor-not-allowed disabled:bg-sunken disabled:text-muted'

interface FieldProps {
  label: string
  hint?: string | undefined
  error?: string | undefined
  /** Marks the control where what is wrong is said elsewhere. */
  isInvalid?: boolean
  className?: string
  children: (control: {
    id: string
    'aria-invalid': boolean
    'aria-describedby': string | undefined
  }) => ReactNode
}

/** A label, its control, and one line below: the error, else the hint. */
export function Field({ label, hint, error, isInvalid, className, children }: FieldProps) {
  const id = useId()
  const note = error ?? hint
  const noteId = `${id}-note`
  return (
    <div className={cn('flex min-w-0 flex-col gap-1', className)}>
      <label htmlFor={id} className="text-xs font-medium text-muted">
        {label}
      </label>
      {children({
        id,
        'aria-invalid': error !== undefined || isInvalid === true,
        'aria-describedby': note === undefined ? undefined : noteId,
      })}
      {note === undefined ? null : (
        <p id={noteId} className={cn('text-2xs', error === undefined ? 'text-muted' : 'text-bad')}>
          {note}
        </p>
      )}
    </div>
  )
}

interface TextFieldProps extends Omit<ComponentProps<'input'>, 'onChange' | 'children'> {
  label: string
  hint?: string | undefined
  error?: string | undefined
  isInvalid?: boolean
  value: string
  onChange: (value: string) => void
  fieldClassName?: string
}

export function TextField(props: TextFieldProps) {
  const { label, hint, error, isInvalid, onChange, className, fieldClassName, ...rest } = props
  return (
    <Field
      label={label}
      hint={hint}
      error={error}
      isInvalid={isInvalid === true}
      {...(fieldClassName && { className: fieldClassName })}
    >
      {(control) => (
        <input
          autoComplete="off"
          spellCheck={false}
          {...rest}
          {...control}
          onChange={(event) => onChange(event.target.value)}
          className={cn(inputClass, className)}
        />
      )}
    </Field>
  )
}

interface SelectFieldProps {
  label: string
  value: string
  options: readonly { value: string; label: string }[]
  onChange: (value: string) => void
  hint?: string | undefined
  error?: string | undefined
  className?: string
}

export function SelectField({
  label,
  value,
  options,
  onChange,
  hint,
  error,
  className,
}: SelectFieldProps) {
  return (
    <Field label={label} hint={hint} error={error} {...(className && { className })}>
      {(control) => (
        <select
          {...control}
          value={value}
          onChange={(event) => onChange(event.target.value)}
          className={inputClass}
        >
          {options.map((option) => (
            <option key={option.value} value={option.value}>
              {option.label}
            </option>
          ))}
        </select>
      )}
    </Field>
  )
}
