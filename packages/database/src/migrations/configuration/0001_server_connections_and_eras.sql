CREATE TABLE `mcp_server_eras` (
	`mcp_server_id` text PRIMARY KEY NOT NULL,
	`era` text NOT NULL,
	`protocol_version` text,
	`config_hash` text NOT NULL,
	`decided_at` integer NOT NULL,
	`is_certain` integer NOT NULL,
	FOREIGN KEY (`mcp_server_id`) REFERENCES `mcp_servers`(`id`) ON UPDATE no action ON DELETE cascade,
	CONSTRAINT "mcp_server_eras_era" CHECK(era IN ('legacy', 'modern'))
);
--> statement-breakpoint
PRAGMA foreign_keys=OFF;--> statement-breakpoint
CREATE TABLE `__new_mcp_servers` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`title` text NOT NULL,
	`description` text DEFAULT '' NOT NULL,
	`transport` text NOT NULL,
	`config` text NOT NULL,
	`limits` text DEFAULT '{}' NOT NULL,
	`connections` text NOT NULL,
	`enabled` integer DEFAULT true NOT NULL,
	`confirmed_hash` text,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	CONSTRAINT "mcp_servers_name" CHECK(length(name) BETWEEN 1 AND 50 AND name GLOB '[a-z0-9]*' AND name NOT GLOB '*[^a-z0-9-]*'),
	CONSTRAINT "mcp_servers_transport" CHECK(transport IN ('stdio', 'http', 'sse')),
	CONSTRAINT "mcp_servers_connections" CHECK(connections IN ('shared', 'per_client')),
	CONSTRAINT "mcp_servers_config" CHECK(config ->> '$.transport' = transport)
);
--> statement-breakpoint
INSERT INTO `__new_mcp_servers`("id", "name", "title", "description", "transport", "config", "limits", "connections", "enabled", "confirmed_hash", "created_at", "updated_at") SELECT "id", "name", "title", "description", "transport", "config", "limits", CASE "transport" WHEN 'stdio' THEN 'shared' ELSE 'per_client' END, "enabled", "confirmed_hash", "created_at", "updated_at" FROM `mcp_servers`;--> statement-breakpoint
DROP TABLE `mcp_servers`;--> statement-breakpoint
ALTER TABLE `__new_mcp_servers` RENAME TO `mcp_servers`;--> statement-breakpoint
PRAGMA foreign_keys=ON;--> statement-breakpoint
CREATE UNIQUE INDEX `mcp_servers_name_unique` ON `mcp_servers` (`name`);