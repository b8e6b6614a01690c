/** A header as most services take their keys; others want another name, or the key alone. */
export const API_KEY = {
  label: "Add API key",
  row: { name: "Authorization", plain: true, value: "Bearer ${secret:api_key}" },
};
