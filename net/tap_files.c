// SPDX-License-Identifier: GPL-2.0-only
/*
 * tap_files.c - debugfs files rtalloc/net/tap, which sets and shows the tapped devices
 * and their counters, and last_error. Formats: Documentation/net.rst.
 *
 *   echo add eth0 >tap; cat tap; echo remove eth0 >tap
 *
 * Locks: tap_lock is held for a whole command, and guards tap_error.
 */
#include <linux/debugfs.h>
#include <linux/fs.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/netdevice.h>
#include <linux/seq_file.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include <rtalloc/abi.h>
#include "net/net.h"
#include "net/tap.h"

#define LINE_MAX_LEN	63

static DEFINE_MUTEX(tap_lock);
static const char *tap_error;	/* reason of the last failure, or NULL */

/* Run a command of two words. On failure *@why is the reason. */
static int command_run(char *line, const char **why)
{
	char *verb = strsep(&line, " \t");
	char *name = line ? strim(line) : NULL;

	*why = "add NAME or remove NAME is wanted";
	if (!name || !*name || strpbrk(name, " \t"))
		return -EINVAL;
	*why = "not the name of a network device";
	if (strlen(name) >= IFNAMSIZ)
		return -ENAMETOOLONG;
	if (!strcmp(verb, "add"))
		return net_tap_add(name, why);
	if (!strcmp(verb, "remove"))
		return net_tap_remove(name, why);
	*why = "neither add nor remove";
	return -EINVAL;
}

/* Copy one line of text from user space. On failure *@why is the reason. */
static int line_read(char *line, const char __user *from, size_t len,
		     const char **why)
{
	*why = "longer than 63 bytes";
	if (len > LINE_MAX_LEN)
		return -E2BIG;
	*why = "cannot be read";
	if (copy_from_user(line, from, len))
		return -EFAULT;
	line[len] = '\0';
	*why = "not one line of text";
	if (strlen(line) != len || strchrnul(line, '\n') < line + len - 1)
		return -EINVAL;
	return 0;
}

static ssize_t tap_write(struct file *file, const char __user *from,
			 size_t len, loff_t *pos)
{
	char line[LINE_MAX_LEN + 1];
	const char *why;
	int err;

	mutex_lock(&tap_lock);
	err = line_read(line, from, len, &why);
	if (!err)
		err = command_run(strim(line), &why);
	if (err)
		tap_error = why;
	mutex_unlock(&tap_lock);
	return err ? err : len;
}

static void tap_line(const struct tap *tap, void *data)
{
	struct seq_file *m = data;

	seq_printf(m, "%s %ld %ld %ld %ld %ld %ld\n", tap->dev->name,
		   atomic_long_read(&tap->frames),
		   atomic_long_read(&tap->pieces),
		   atomic_long_read(&tap->refused),
		   atomic_long_read(&tap->others),
		   atomic_long_read(&tap->lost),
		   atomic_long_read(&tap->copied));
}

static int tap_show(struct seq_file *m, void *unused)
{
	seq_printf(m, "# rtalloc %d: netdev frames pbufs refused rebuilt lost copied\n",
		   RTALLOC_FORMAT);
	net_tap_each(tap_line, m);
	return 0;
}

static int tap_open(struct inode *inode, struct file *file)
{
	return single_open(file, tap_show, NULL);
}

static const struct file_operations tap_fops = {
	.owner		= THIS_MODULE,
	.open		= tap_open,
	.release	= single_release,
	.read		= seq_read,
	.write		= tap_write,
	.llseek		= seq_lseek,
};

static int last_error_show(struct seq_file *m, void *unused)
{
	mutex_lock(&tap_lock);
	if (tap_error)
		seq_printf(m, "%s\n", tap_error);
	mutex_unlock(&tap_lock);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(last_error);

void net_tap_files(struct dentry *dir)
{
	debugfs_create_file("tap", 0600, dir, NULL, &tap_fops);
	debugfs_create_file("last_error", 0400, dir, NULL, &last_error_fops);
}
