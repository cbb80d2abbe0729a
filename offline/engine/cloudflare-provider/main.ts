import { serve } from "../provider-server/server";
import { cloudflareProvider } from "./provider";

serve(cloudflareProvider()).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error));
  process.exit(1);
});
