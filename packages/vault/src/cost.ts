/**
 * What a key is derived with that is kept with its parameters: the OWASP minimum for scrypt
 * (RFC 7914), N = 2^17, r = 8, p = 1; about a quarter of a second.
 */
export const SCRYPT_COST = { logN: 17, r: 8, p: 1 };
