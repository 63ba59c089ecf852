//! The kinds of ways on which customers speak.

crate::words! {
    /// A way on which customers speak.
    Channel {
        /// Answers to a survey.
        Survey = "survey", "Survey";
        /// A form on a web page.
        WebForm = "web_form", "Web form";
        /// The widget inside a product.
        Widget = "widget", "Widget";
        /// A QR code or kiosk on the premises.
        Kiosk = "kiosk", "QR and kiosk";
        /// E-mail.
        Email = "email", "E-mail";
        /// Chat.
        Chat = "chat", "Chat";
        /// A call: notes or transcript.
        Call = "call", "Call";
        /// Report of a sales or service visit.
        Visit = "visit", "Visit report";
        /// A complaint log or authority.
        Complaint = "complaint", "Complaint";
        /// A return with its reason.
        Return = "return", "Return";
        /// A help-desk ticket.
        Ticket = "ticket", "Ticket";
        /// Review in an app store.
        AppReview = "app_review", "App review";
        /// Review on a review site.
        Review = "review", "Review";
        /// Social network.
        Social = "social", "Social";
        /// A community or forum.
        Community = "community", "Community";
        /// A note that staff wrote down for a customer.
        Note = "note", "Staff note";
        /// A partner company passed it on.
        Partner = "partner", "Partner";
        /// The program interface.
        Api = "api", "API";
    }
}

impl Channel {
    /// Whether the customer was asked (true) or spoke unasked (false).
    pub fn asked(self) -> bool {
        matches!(self, Self::Survey)
    }

    /// Whether anybody can read it: one public review may carry more reach than a private one.
    pub fn public(self) -> bool {
        matches!(self, Self::AppReview | Self::Review | Self::Social | Self::Community)
    }
}
