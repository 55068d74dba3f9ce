'use client'

import { type ComponentProps, useState } from 'react'
import { TextField } from './field'

interface TypedFieldProps extends Omit<ComponentProps<typeof TextField>, 'onChange'> {
  /** Settled once the new value shows, or was refused. */
  onChange: (value: string) => Promise<void>
}

/** Shows what is typed at once, and from then on what became of it. */
export function TypedField({ value, onChange, ...rest }: TypedFieldProps) {
  const [typed, setTyped] = useState<string | null>(null)
  return (
    <TextField
      {...rest}
      value={typed ?? value}
      onChange={(next) => {
        setTyped(next)
        const settle = () => setTyped((newest) => (newest === next ? null : newest))
        void onChange(next).finally(settle)
      }}
    />
  )
}
