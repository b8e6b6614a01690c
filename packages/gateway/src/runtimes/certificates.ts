import { X509Certificate } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { isAbsolute } from "node:path";
import { GatewayError } from "@local-mcp/contract";
import { systemCode } from "@local-mcp/engine";

/** Far more than all certificates of a system; what is larger is something else. */
const MAX_BYTES = 16 * 1024 * 1024;
const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

const REASONS: Record<string, string> = {
  ENOENT: "there is no such file",
  EACCES: "this user may not read it",
  EPERM: "this user may not read it",
};

/**
 * The certificates of a PEM file, each as PEM.
 *
 * @throws GatewayError file_unreadable
 */
export function readCertificates(path: string): string[] {
  const refuse = (reason: string) => new GatewayError("file_unreadable", { path, reason });
  if (!isAbsolute(path)) throw refuse("it has to be the whole path of a file");
  const certificates = readPem(path, refuse).match(CERTIFICATE) ?? [];
  if (certificates.length === 0) throw refuse("it holds no certificate in PEM form");
  const damaged = certificates.findIndex((certificate) => !isCertificate(certificate));
  if (damaged !== -1) throw refuse(`its certificate ${damaged + 1} is damaged`);
  return certificates;
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).raw.length > 0;
  } catch {
    return false;
  }
}

function readPem(path: string, refuse: (reason: string) => GatewayError): string {
  try {
    const found = statSync(path);
    // A pipe or a device would hold everything up, without an end.
    if (!found.isFile()) throw refuse("it is no file");
    if (found.size > MAX_BYTES) throw refuse("it is too large for a file of certificates");
    return readFileSync(path, "latin1");
  } catch (error) {
    if (error instanceof GatewayError) throw error;
    const code = systemCode(error);
    throw refuse(REASONS[code] ?? (code || "it is unreadable"));
  }
}
