'use client'

import { Monitor, Moon, Sun } from 'lucide-react'
import { useState } from 'react'
import { Button } from '@/components/ui/button'
import { Tooltip } from '@/components/ui/tooltip'
import { applyTheme, nextTheme, type Theme } from './theme'

const ICONS = { system: Monitor, light: Sun, dark: Moon } as const
const NAMES = { system: 'follows the system', light: 'light', dark: 'dark' } as const

export function ThemeToggle({ initial }: { initial: Theme }) {
  const [theme, setTheme] = useState(initial)
  const Icon = ICONS[theme]
  const label = `Theme: ${NAMES[theme]}. Change to ${nextTheme(theme)}`
  return (
    <Tooltip content={label}>
      <Button
        size="icon"
        aria-label={label}
        icon={<Icon size={15} aria-hidden />}
        onClick={() => {
          const next = nextTheme(theme)
          applyTheme(next)
          setTheme(next)
        }}
      />
    </Tooltip>
  )
}
