'use client'

import { useState } from 'react'
import { cn } from './class-names'
import { TextField } from './field'

interface NumberFieldProps {
  label: string
  value: number | undefined
  min: number
  max: number
  /** Whether it may be left empty. */
  isOptional?: boolean
  placeholder?: string | undefined
  isInvalid?: boolean
  list?: string
  fieldClassName?: string
  /** Where it is settled later, what is typed is shown until then. */
  onChange: (value: number | undefined) => Promise<void> | undefined
}

/** The whole number that a person typed, in the bounds; undefined for anything else. */
export function parseWhole(text: string, min: number, max: number): number | undefined {
  if (!/^\d{1,10}$/.test(text.trim())) return undefined
  const value = Number(text)
  return value >= min && value <= max ? value : undefined
}

/** Keeps what was typed, also while it is no number in the bounds; only such a number is handed on. */
export function NumberField(props: NumberFieldProps) {
  const { label, value, min, max, isOptional = false, fieldClassName, onChange, ...rest } = props
  const [typed, setTyped] = useState({ text: String(value ?? ''), value })
  const [pending, setPending] = useState(0)
  // A value that did not come from here replaces what was typed.
  const isOwn = pending > 0 || typed.value === value
  const text = isOwn ? typed.text : String(value ?? '')
  const isWrong = text.trim() === '' ? !isOptional : parseWhole(text, min, max) === undefined
  const refusal = `A whole number from ${min} to ${max}. Still ${value ?? 'not set'}.`
  return (
    <TextField
      {...rest}
      label={label}
      inputMode="numeric"
      value={text}
      error={isWrong ? refusal : undefined}
      // A sentence needs more room than a number: in a row of fields it takes a line.
      fieldClassName={cn(fieldClassName, isWrong && 'basis-full')}
      onChange={(next) => {
        const parsed = parseWhole(next, min, max)
        const isEmptied = next.trim() === '' && isOptional
        const isTaken = parsed !== undefined || isEmptied
        const known = pending > 0 ? typed.value : value
        setTyped({ text: next, value: isTaken ? parsed : known })
        const settling = isTaken && parsed !== known ? onChange(parsed) : undefined
        if (settling === undefined) return
        setPending((count) => count + 1)
        void settling.finally(() => setPending((count) => count - 1))
      }}
    />
  )
}
