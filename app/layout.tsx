import type { Metadata, Viewport } from 'next'
import { cookies, headers } from 'next/headers'
import type { ReactNode } from 'react'
import { AppShell } from '@/components/layout/app-shell'
import { parseTheme, THEME_COOKIE } from '@/components/layout/theme'
import { readPerson, SESSION_HEADER } from '@/lib/dashboard-api/session'
import './globals.css'
import { Providers } from './providers'

export const metadata: Metadata = {
  title: { default: 'Mirrorboard', template: '%s · Mirrorboard' },
  description: 'Author and observe mirrored routes on Kubernetes Gateway API',
}

export const viewport: Viewport = { width: 'device-width', initialScale: 1 }

/** The theme comes from a cookie, so the first paint has it and no inline script is needed. */
export default async function RootLayout({ children }: { children: ReactNode }) {
  const person = readPerson((await headers()).get(SESSION_HEADER))
  const theme = parseTheme((await cookies()).get(THEME_COOKIE)?.value)
  return (
    <html lang="en" data-theme={theme} suppressHydrationWarning>
      <body>
        <Providers>
          <AppShell theme={theme} person={person}>
            {children}
          </AppShell>
        </Providers>
      </body>
    </html>
  )
}
