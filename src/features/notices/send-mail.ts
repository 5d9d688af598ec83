import { wallTime } from '../../domain/local-day';
import type { ToldAlert } from '../alerts/read';

const timeoutMs = 10_000;

export interface MailSettings {
  /** smtps://user:password@host:port, or smtp:// with STARTTLS where the server has it. */
  readonly url: string;
  readonly from: string;
}

export interface Mail {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  /** Becomes the Message-ID: the same over all attempts. */
  readonly messageId: string;
}

/**
 * `refused`: the server will never take this message for this address. `later`: another attempt may
 * do.
 */
export interface MailAnswer {
  readonly outcome: 'sent' | 'refused' | 'later';
  /** E.g. 250, 451, ETIMEDOUT: a code, nothing of what was answered. */
  readonly word: string;
}

/**
 * The message of an alert, plain text: what the alert says and nothing beyond it.
 * @param timezone by whose clocks its times are told
 */
export function mailOfAlert(alert: ToldAlert, timezone: string): Pick<Mail, 'subject' | 'text'> {
  const lines = [
    alert.text,
    '',
    `Category: ${alert.category}`,
    `Posted: ${localTime(alert.postedAt, timezone)}`,
    ...(alert.dueAt === null ? [] : [`Due: ${localTime(alert.dueAt, timezone)}`]),
    '',
    'State Data Resync sends this because your notice preferences ask for it.',
  ];
  return { subject: [alert.name, alert.districtId].filter(Boolean).join(': '), text: lines.join('\n') };
}

function localTime(at: string, timezone: string): string {
  return `${wallTime(at, timezone).slice(0, 16)} ${timezone}`;
}

/** The message of a day's alerts: what each says, the oldest first. */
export function mailOfDigest(
  alerts: readonly ToldAlert[],
  zoneOfAlert: (alert: ToldAlert) => string,
): Pick<Mail, 'subject' | 'text'> {
  const parts = alerts.map((alert) => {
    const { name, districtId, text, postedAt, dueAt } = alert;
    const local = (at: string): string => localTime(at, zoneOfAlert(alert));
    return [
      [name, districtId].filter(Boolean).join(': '),
      text,
      `Posted: ${local(postedAt)}${dueAt === null ? '' : `, due: ${local(dueAt)}`}`,
      '',
    ].join('\n');
  });
  const why = 'State Data Resync sends this once a day because your notice preferences ask for it.';
  const subject = alerts.length === 1 ? '1 alert of the day' : `${alerts.length} alerts of the day`;
  return { subject, text: [...parts, why].join('\n') };
}

/** Sends one attempt. Never throws for what the server or the network does. */
export async function sendMail({ url, from }: MailSettings, mail: Mail): Promise<MailAnswer> {
  // Loaded by who sends mail.
  const { createTransport } = await import('nodemailer');
  const transport = createTransport({
    url,
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  try {
    await transport.sendMail({
      from,
      to: { name: '', address: mail.to },
      subject: oneLine(mail.subject),
      text: mail.text,
      messageId: `<${mail.messageId}@${from.split('@')[1]}>`,
      headers: { 'Auto-Submitted': 'auto-generated' },
    });
    return { outcome: 'sent', word: '250' };
  } catch (error) {
    return answerOf(error);
  } finally {
    transport.close();
  }
}

/** A line break in a header would start another header. */
function oneLine(text: string): string {
  return text.replace(/\p{Cc}+/gu, ' ');
}

/**
 * Only what the server says of this address or message is for good: a wrong password is the
 * operator's to correct.
 */
function answerOf(error: unknown): MailAnswer {
  const { code, responseCode } = (error ?? {}) as { code?: unknown; responseCode?: unknown };
  const word =
    typeof responseCode === 'number' ? `${responseCode}` : typeof code === 'string' ? code : 'NoAnswer';
  const ofMessage = code === 'EENVELOPE' || code === 'EMESSAGE';
  const forGood = typeof responseCode !== 'number' || responseCode >= 500;
  return { outcome: ofMessage && forGood ? 'refused' : 'later', word };
}
