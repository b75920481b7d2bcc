"""Customer: named after customer_name or by a series, as Selling Settings say."""

import frappe
from frappe import _
from frappe.contacts.address_and_contact import delete_contact_and_address, load_address_and_contact
from frappe.model.document import Document
from frappe.model.naming import make_autoname
from frappe.utils import flt

from demo_erp.controllers.general_ledger import get_customer_outstanding


class Customer(Document):
	def onload(self) -> None:
		load_address_and_contact(self)

	def autoname(self) -> None:
		naming_by = frappe.db.get_single_value("Selling Settings", "cust_master_name") or "Customer Name"
		if naming_by == "Customer Name":
			self.name = self.get_customer_name()
		else:
			self.name = make_autoname(self.naming_series or "CUST-.YYYY.-", doc=self)

	def get_customer_name(self) -> str:
		"""The customer's name, with a number behind it where it is taken."""
		if not frappe.db.exists("Customer", self.customer_name):
			return self.customer_name
		number = 1
		while frappe.db.exists("Customer", f"{self.customer_name} - {number}"):
			number += 1
		name = f"{self.customer_name} - {number}"
		frappe.msgprint(
			_("Changed customer name to '{0}' as '{1}' already exists.").format(name, self.customer_name)
		)
		return name

	def validate(self) -> None:
		self.set_defaults()
		self.validate_internal_customer()
		self.validate_credit_limits()

	def set_defaults(self) -> None:
		"""Group, territory and price list from Selling Settings and the customer group."""
		if not self.is_new():
			return
		for field in ("customer_group", "territory"):
			if not self.get(field):
				self.set(field, frappe.db.get_single_value("Selling Settings", field))

	def validate_internal_customer(self) -> None:
		if not self.is_internal_customer:
			self.represents_company = None
		elif frappe.db.exists(
			"Customer", {"represents_company": self.represents_company, "name": ("!=", self.name)}
		):
			frappe.throw(
				_("Internal Customer for company {0} already exists").format(self.represents_company)
			)

	def validate_credit_limits(self) -> None:
		companies = [row.company for row in self.credit_limits]
		for company in companies:
			if companies.count(company) > 1:
				frappe.throw(_("Credit limit is already defined for the Company {0}").format(company))
		if self.is_new():
			return
		for row in self.credit_limits:
			outstanding = get_customer_outstanding(self.name, row.company)
			if row.has_value_changed("credit_limit") and flt(row.credit_limit) < outstanding:
				frappe.throw(
					_(
						"New credit limit is less than current outstanding amount for the customer. Credit limit has to be at least {0}"
					).format(outstanding)
				)

	def on_update(self) -> None:
		if frappe.db.exists("Customer Group", self.name):
			frappe.throw(
				_(
					"A Customer Group exists with same name please change the Customer name or rename the Customer Group"
				),
				frappe.NameError,
			)
		self.create_primary_contact()

	def create_primary_contact(self) -> None:
		"""An e-mail address or a number given with a new customer becomes its primary contact."""
		if self.customer_primary_contact or not (self.mobile_no or self.email_id):
			return
		contact = frappe.get_doc(doctype="Contact", is_primary_contact=1)
		if self.customer_type == "Individual":
			contact.first_name, _space, contact.last_name = self.customer_name.partition(" ")
		else:
			contact.company_name = contact.first_name = self.customer_name
		contact.append("links", {"link_doctype": "Customer", "link_name": self.name})
		if self.email_id:
			contact.add_email(self.email_id, is_primary=True)
		if self.mobile_no:
			contact.add_phone(self.mobile_no, is_primary_mobile_no=True)
		contact.insert(ignore_permissions=True)
		self.db_set(
			{"customer_primary_contact": contact.name, "mobile_no": self.mobile_no, "email_id": self.email_id}
		)

	def on_trash(self) -> None:
		self.db_set({"customer_primary_contact": None, "customer_primary_address": None})
		delete_contact_and_address("Customer", self.name)

	def after_rename(self, old: str, new: str, merge: bool = False) -> None:
		if frappe.db.get_single_value("Selling Settings", "cust_master_name") in (None, "", "Customer Name"):
			self.db_set("customer_name", new)
